#!/bin/sh
# Runs after wick was removed or purged by dpkg, or removed by rpm. The host key and
# the secret stay until a purge; the user stays, so that its number is not given to
# another.
set -e
if [ "$1" = purge ]; then
	rm -rf /var/lib/wick
	if command -v deb-systemd-helper >/dev/null; then
		deb-systemd-helper purge wick.socket wick.service >/dev/null
	fi
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi

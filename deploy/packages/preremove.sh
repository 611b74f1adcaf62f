#!/bin/sh
# Runs before wick is removed, by dpkg or rpm, and does nothing before an upgrade.
set -e
case "$1" in
remove | 0) ;;
*) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
	systemctl stop wick.socket wick.service
fi
if ! command -v deb-systemd-helper >/dev/null && command -v systemctl >/dev/null; then
	systemctl disable wick.socket wick.service >/dev/null 2>&1
fi

#!/bin/sh
# Runs after wick was installed or upgraded, by dpkg or rpm.
set -e
case "$1" in
configure) before=$2 ;;                    # dpkg: the version before, if any
[0-9]*) before=$([ "$1" -eq 1 ] || echo yes) ;; # rpm: how many versions there are
*) exit 0 ;;
esac

getent passwd wick >/dev/null ||
	useradd --system --user-group --home-dir /var/lib/wick --no-create-home --shell /usr/sbin/nologin wick
install -d -m 0700 -o wick -g wick /var/lib/wick # the host key and the secret

if command -v deb-systemd-helper >/dev/null; then
	for unit in wick.socket wick.service; do
		if deb-systemd-helper --quiet was-enabled $unit; then # at first, and until somebody disables it
			deb-systemd-helper enable $unit >/dev/null
		else
			deb-systemd-helper update-state $unit >/dev/null
		fi
	done
elif [ -z "$before" ] && command -v systemctl >/dev/null; then
	systemctl preset wick.socket wick.service >/dev/null
fi
[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload

if command -v deb-systemd-invoke >/dev/null && ! systemctl --quiet is-active wick.socket wick.service; then
	deb-systemd-invoke start wick.socket wick.service || true # systemctl status says why not
	exit 0
elif [ -z "$before" ]; then
	echo 'To start wick: systemctl enable --now wick.socket wick.service'
	exit 0
fi

# Connections wait during a restart, and rooms in a Redis outlive it. Other rooms end:
# only the operator knows when that is all right.
pid=$(systemctl show --property=MainPID --value wick.service)
[ "${pid:-0}" -gt 0 ] || exit 0
if tr '\0' '\n' <"/proc/$pid/environ" | grep -q '^WICK_REDIS=.' || tr '\0' '\n' <"/proc/$pid/cmdline" | grep -q '^--redis'; then
	systemctl restart wick.service || true # systemctl status says why not
else
	echo 'wick is upgraded, but the old version is still running: without a Redis, a restart ends all rooms.'
	echo 'To restart it anyway: systemctl restart wick'
fi

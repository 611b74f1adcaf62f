#!/bin/sh
# Runs before apk removes wick, and not before an upgrade.
rc-service --ifstarted wick stop
rc-update --quiet --all delete wick 2>/dev/null
exit 0 # it may neither run nor be in a runlevel

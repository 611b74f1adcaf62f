#!/bin/sh
# Runs before apk installs wick.
addgroup -S wick 2>/dev/null
adduser -S -D -H -h /var/lib/wick -s /sbin/nologin -G wick wick 2>/dev/null
exit 0 # they may be there already

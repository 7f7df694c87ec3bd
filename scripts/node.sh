#!/bin/sh
# Runs a script on the Node that package.json pins: `sh scripts/node.sh FILE ARGUMENT…`. What runs Watchfire itself (src) needs no tools
# of tests, so they are installed only for what else is run.
#
# When the installed packages are newer than the lock file this costs one stat, otherwise setup.mjs brings them up to date.
# The pinned Node is called by its path, because a shell remembers where `node` was before the packages came.
# `exec` leaves no shell behind that would keep a signal from reaching the script.
cd "$(dirname "$0")/.." || exit 1
case $1 in
  src/*) level=run needed=node_modules/.bin/node ;;
  *) level=all needed=node_modules/vitest/vitest.mjs ;;
esac
if ! [ node_modules/.package-lock.json -nt package-lock.json ] || ! [ -x node_modules/.bin/node ] || ! [ -e "$needed" ]; then
  node scripts/setup.mjs "$level" || exit 1
fi
# A person who starts what serves the page of the console has it built first, from a lock file of its own; later that costs a look.
case "$npm_lifecycle_event $2" in
  'start start' | 'watchfire console')
    if [ -e console/package-lock.json ]; then node_modules/.bin/node scripts/page.mjs; fi
    ;;
esac
exec node_modules/.bin/node "$@"

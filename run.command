#!/bin/sh
# For macOS: a double click in the Finder starts vtcontrol in a Terminal window.

case $0 in
    */*) here=${0%/*} ;;
    *) here=. ;;
esac
exec "$here/run" "$@"

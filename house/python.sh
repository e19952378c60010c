#!/bin/sh
# Runs its arguments with the first Python 3.11 or newer on this machine; $PYTHON is asked first.
for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$candidate" "$@"
    fi
done
found=$(python3 --version 2>/dev/null || echo "no python3")
echo "zhuoyue needs Python 3.11 or newer; this machine has $found." \
    "Install one (Debian 12: apt install python3 python3-venv) or name it: make PYTHON=/path/to/python3.11 ..." >&2
exit 1

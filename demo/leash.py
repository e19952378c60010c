"""Runs a module as a program that ends with its parent, even if the parent is killed.

    python -m demo.leash MODULE ARGUMENT...

The parent holds the other end of standard input. When that closes the program gets SIGTERM, and is ended outright if
it is still there a little later. Works wherever pipes work; needs nothing of the program.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_S = 5.0


def main() -> None:
    """Watch standard input and become the module."""
    module, *arguments = sys.argv[1:]
    threading.Thread(target=_watch, daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _watch() -> None:
    while os.read(0, 1):  # not sys.stdin: its lock would hang the interpreter's shutdown
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


if __name__ == "__main__":
    main()

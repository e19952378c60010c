"""``zhuoyue-verify``: check what a hub says, without hub or network."""

import sys

from traceability.verify.command import main

if __name__ == "__main__":
    sys.exit(main())

"""``python -m hub`` and ``zhuoyue-hub``."""

import sys


def main() -> int:
    """Runs the command; says what to install where only another part of the product is."""
    try:
        from hub.cli import main as run  # noqa: PLC0415 - the extra may not be installed
    except ModuleNotFoundError as error:
        print(f"zhuoyue-hub: {error}; install it with: pip install 'zhuoyue[hub]'", file=sys.stderr)
        return 1
    return run()


if __name__ == "__main__":
    sys.exit(main())

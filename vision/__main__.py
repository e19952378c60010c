"""``zhuoyue-vision`` and ``python -m vision``."""

import sys


def main() -> int:
    """Runs the command; says what to install where the picture libraries are missing."""
    try:
        from vision.command import run  # noqa: PLC0415 - the extra may not be installed
    except ModuleNotFoundError as error:
        print(f"zhuoyue-vision: {error}; install it with: pip install 'zhuoyue[vision]'", file=sys.stderr)
        return 2
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

"""``python -m edge_agent`` and ``zhuoyue-agent``."""

import sys


def main() -> int:
    """Runs the command; says what to install where only another part of the product is."""
    try:
        from edge_agent.cli import main as run  # noqa: PLC0415 - the extra may not be installed
    except ModuleNotFoundError as error:
        print(f"zhuoyue-agent: {error}; install it with: pip install 'zhuoyue[agent]'", file=sys.stderr)
        return 1
    return run()


if __name__ == "__main__":
    sys.exit(main())

"""``zhuoyue-verify``: check an evidence file without hub or network."""

import argparse
import sys
from pathlib import Path

import msgspec

from traceability import __version__
from traceability.errors import ZhuoyueError, locating
from traceability.keyfile import given_key
from traceability.log.note import VerifierKey, parse_verifier_key
from traceability.verify.check import check_evidence
from traceability.verify.report import Report, Standing

EPILOG = """The log's key is printed by `zhuoyue-hub init` and shown at the hub under /log/vkey. Without --log-key
the key in the file is used and reported as assumed. Exit status: 0 everything proved, 1 something failed, 2 usage."""
LARGEST_FILE = 256 * 1024 * 1024


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="zhuoyue-verify", description=__doc__, epilog=EPILOG)
    result.add_argument("file", type=Path, help="evidence file of one unit")
    result.add_argument("--log-key", metavar="KEY", help="verifier key of the hub's log, or @FILE that holds it")
    result.add_argument("--json", action="store_true", help="print the report as one JSON object")
    result.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return result


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = parser().parse_args(arguments)
    try:
        log_key = _log_key(options.log_key)
        if options.file.stat().st_size > LARGEST_FILE:
            raise ZhuoyueError(f"larger than {LARGEST_FILE} bytes", where=str(options.file))
        data = options.file.read_bytes()
    except OSError as error:
        print(f"zhuoyue-verify: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except ZhuoyueError as error:
        print(f"zhuoyue-verify: {error}", file=sys.stderr)
        return 2
    report = check_evidence(data, log_key)
    print(msgspec.json.encode(_as_json(report)).decode() if options.json else _as_text(report))
    return 0 if report.ok else 1


def _log_key(argument: str | None) -> VerifierKey | None:
    if argument is None:
        return None
    with locating("--log-key"):
        return parse_verifier_key(given_key(argument))


def _as_json(report: Report) -> dict[str, object]:
    return {"ok": report.ok, "subject": report.subject, "records_proved": report.records, "facts": report.facts}


def _as_text(report: Report) -> str:
    lines = [f"{fact.standing:8} {fact.where}: {fact.text}" for fact in report.facts]
    return "\n".join([*lines, _outcome(report)])


def _outcome(report: Report) -> str:
    if not report.ok:
        return "NOT PROVED"
    assumed = any(fact.standing is Standing.ASSUMED for fact in report.facts)
    condition = ", if the log's key above is the right one (give it with --log-key)" if assumed else ""
    return f"{report.records} records of {report.subject} proved{condition}"


if __name__ == "__main__":
    sys.exit(main())

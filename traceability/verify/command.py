"""The command line of ``zhuoyue-verify``: evidence files, and with ``checkpoint`` two states of a log."""

import argparse
import sys
from pathlib import Path

import msgspec

from traceability import __version__
from traceability.encoding import from_base64
from traceability.errors import Malformed, ZhuoyueError, locating
from traceability.evidence import decode_evidence
from traceability.keyfile import given_key
from traceability.log.checkpoint import open_checkpoint
from traceability.log.note import VerifierKey, parse_verifier_key
from traceability.log.policy import Policy, parse_policy
from traceability.log.tile import tile_nodes
from traceability.merkle import consistency_path
from traceability.verify.check import check_evidence
from traceability.verify.checkpoint import check_extends
from traceability.verify.declaration import check_declaration
from traceability.verify.report import Fact, Report, Standing
from traceability.verify.unpack import unpack
from traceability.verify.withheld import check_disclosed

CHECKPOINT = "checkpoint"
DECLARATION = "declaration"
DESCRIPTION = """check an evidence file without hub or network

verbs:
    checkpoint   zhuoyue-verify checkpoint OLD NEW: does the log go on from what it was?
    declaration  zhuoyue-verify declaration FILE: do the figures of a self-declaration follow from what it rests on?"""
EPILOG = """The log's key is printed by `zhuoyue-hub init` and shown at the hub under /log/vkey. Without --log-key
and --policy the key in the file is used and reported as assumed. Exit status: 0 everything proved, 1 something failed,
2 usage."""
LARGEST_FILE = 256 * 1024 * 1024


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    run = _VERBS.get(words[0] if words else "", _evidence)
    try:
        return run(words)
    except OSError as error:
        print(f"zhuoyue-verify: {error.filename}: {error.strerror}", file=sys.stderr)
    except ZhuoyueError as error:
        print(f"zhuoyue-verify: {error}", file=sys.stderr)
    return 2


def _evidence(words: list[str]) -> int:
    options = _evidence_parser().parse_args(words)
    log_key = _given_log_key(options.log_key)
    policy = None if options.policy is None else _policy(options.policy)
    data = _read(options.file)
    report = check_evidence(data, log_key, policy)
    if options.earlier is not None:
        report = _with_earlier(report, data, _read(options.earlier), log_key, policy)
    _print(report, as_json=options.json)
    if report.ok and options.unpack is not None:
        unpack(decode_evidence(data), options.unpack)
    return 0 if report.ok else 1


def _with_earlier(
    report: Report, data: bytes, earlier: bytes, log_key: VerifierKey | None, policy: Policy | None
) -> Report:
    """``report`` with what an earlier file withheld and this one shows."""
    before = check_evidence(earlier, log_key, policy)
    if not (report.ok and before.ok):
        failed = [fact for fact in before.facts if fact.standing is Standing.FAILED]
        return msgspec.structs.replace(report, facts=(*report.facts, *failed))
    try:
        found = check_disclosed(decode_evidence(earlier), decode_evidence(data))
    except ZhuoyueError as error:
        found = [Fact(standing=Standing.FAILED, text=error.what, where=error.where)]
    return msgspec.structs.replace(report, facts=(*report.facts, *found))


def _checkpoints(words: list[str]) -> int:
    options = _checkpoint_parser().parse_args(words[1:])
    log_key = _given_log_key(options.log_key)
    assert log_key is not None
    report = _compare(options, log_key)
    if options.json:
        print(_as_json(report))
    else:
        print("\n".join([*_lines(report), "PROVED" if report.ok else "NOT PROVED"]))
    return 0 if report.ok else 1


def _compare(options: argparse.Namespace, log_key: VerifierKey) -> Report:
    facts: list[Fact] = []
    try:
        checkpoints = []
        for path in (options.old, options.new):
            with locating(str(path)):
                checkpoints.append(open_checkpoint(_text(path), log_key))
            facts.append(
                Fact(
                    standing=Standing.PROVED,
                    text=f"signed by {log_key.name}: {checkpoints[-1].size} batches",
                    where=str(path),
                )
            )
        old, new = checkpoints
        path = _consistency(options, old.size, new.size)
        facts.append(Fact(standing=Standing.PROVED, text=check_extends(old, new, path), where="consistency"))
    except ZhuoyueError as error:
        text = f"{error.what} ({error.advice})" if error.advice else error.what
        facts.append(Fact(standing=Standing.FAILED, text=text, where=error.where or "consistency"))
    return Report(subject=log_key.name, facts=tuple(facts), records=len(facts))


def _consistency(options: argparse.Namespace, old: int, new: int) -> list[bytes]:
    """The proof from the file given, or made from the tiles; none is needed where nothing can be proved."""
    if options.proof is not None:
        with locating(str(options.proof)):
            return _read_proof(_read(options.proof))
    if options.tiles is not None and 0 < old < new:
        return consistency_path(old, new, tile_nodes(new, lambda name: (options.tiles / name).read_bytes()))
    if 0 < old < new:
        raise ZhuoyueError(
            f"a consistency proof from {old} to {new} is needed",
            where="--proof",
            advice="fetch /log/proof/consistency from the hub, or give a copy of its tiles with --tiles",
        )
    return []


class _Proof(msgspec.Struct):
    path: tuple[str, ...]


def _read_proof(data: bytes) -> list[bytes]:
    try:
        proof = msgspec.json.decode(data, type=_Proof)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"not a consistency proof: {error}") from None
    return [from_base64(text, "consistency proof") for text in proof.path]


def _declaration(words: list[str]) -> int:
    options = _declaration_parser().parse_args(words[1:])
    evidence = [_read(file) for file in options.evidence]
    report = check_declaration(
        _read(options.file),
        signer=None if options.key is None else from_base64(given_key(options.key), "--key"),
        evidence=evidence,
        log_key=_given_log_key(options.log_key),
    )
    _print(report, as_json=options.json)
    return 0 if report.ok else 1


def _evidence_parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog="zhuoyue-verify",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument("file", type=Path, help="evidence file of a unit, a lot, a declaration or a record")
    result.add_argument("--log-key", metavar="KEY", help="verifier key of the hub's log, or @FILE that holds it")
    result.add_argument(
        "--policy", type=Path, metavar="FILE", help="whom to trust: logs, witnesses and their quorum (C2SP tlog-policy)"
    )
    result.add_argument(
        "--earlier", type=Path, metavar="FILE", help="an earlier file: what it withheld must be what is shown now"
    )
    result.add_argument(
        "--unpack", type=Path, metavar="DIR", help="write the first record's proof as files for sha256sum and openssl"
    )
    result.add_argument("--json", action="store_true", help="print the report as one JSON object")
    result.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return result


def _checkpoint_parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog=f"zhuoyue-verify {CHECKPOINT}", description="Does the log's later state go on from the earlier one?"
    )
    result.add_argument("old", type=Path, help="a checkpoint kept from before (/log/checkpoint)")
    result.add_argument("new", type=Path, help="a later one")
    result.add_argument("--log-key", metavar="KEY", required=True, help="verifier key of the log, or @FILE")
    result.add_argument("--proof", type=Path, metavar="FILE", help="what /log/proof/consistency answered")
    result.add_argument("--tiles", type=Path, metavar="DIR", help="a copy of the hub's /log/tile")
    result.add_argument("--json", action="store_true", help="print the report as one JSON object")
    return result


def _declaration_parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog=f"zhuoyue-verify {DECLARATION}",
        description="Compute a signed self-declaration again from what it rests on.",
        epilog="Without --key only the arithmetic is proved. Exit status as of zhuoyue-verify itself.",
    )
    result.add_argument("file", type=Path, help="the signed declaration")
    result.add_argument("--key", metavar="KEY", help="public key of the hub that signed it (hub.pub), or @FILE")
    result.add_argument("--evidence", type=Path, nargs="*", default=[], metavar="FILE", help="disclosed evidence files")
    result.add_argument("--log-key", metavar="KEY", help="verifier key of the hub's log, or @FILE that holds it")
    result.add_argument("--json", action="store_true", help="print the report as one JSON object")
    return result


def _read(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_FILE:
        raise ZhuoyueError(f"larger than {LARGEST_FILE} bytes", where=str(path))
    return path.read_bytes()


def _text(path: Path) -> str:
    try:
        return _read(path).decode()
    except UnicodeDecodeError:
        raise Malformed("is no text, a signed checkpoint was expected") from None


def _policy(path: Path) -> Policy:
    with locating(str(path)):
        return parse_policy(_text(path))


def _given_log_key(argument: str | None) -> VerifierKey | None:
    if argument is None:
        return None
    with locating("--log-key"):
        return parse_verifier_key(given_key(argument))


def _print(report: Report, *, as_json: bool) -> None:
    print(_as_json(report) if as_json else "\n".join([*_lines(report), _outcome(report)]))


def _as_json(report: Report) -> str:
    fields = {
        "ok": report.ok,
        "subject": report.subject,
        "records_proved": report.records,
        "withheld": report.withheld,
        "facts": report.facts,
    }
    return msgspec.json.encode(fields).decode()


def _lines(report: Report) -> list[str]:
    return [f"{fact.standing:8} {fact.where}: {fact.text}" for fact in report.facts]


def _outcome(report: Report) -> str:
    if not report.ok:
        return "NOT PROVED"
    assumed = any(fact.standing is Standing.ASSUMED and fact.where == "log_key" for fact in report.facts)
    condition = ", if the log's key above is the right one (give it with --log-key)" if assumed else ""
    kinds = ", ".join(f"{count} {kind}" for kind, count in report.withheld.items())
    withheld = f"; withheld: {kinds}" if kinds else ""
    return f"{report.records} records of {report.subject} proved{condition}{withheld}"


_VERBS = {CHECKPOINT: _checkpoints, DECLARATION: _declaration}

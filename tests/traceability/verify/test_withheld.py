"""Records that are not shown: that they exist is proved, what the hub says they are it can be held to."""

import json
import random

import msgspec
import pytest
from small_log import LOG_KEY, NOW, PART, SIGNERS, UNIT, SmallLog, about_the_unit, measurements_of, record

from traceability.encoding import to_base64
from traceability.evidence import decode_evidence, encode_evidence
from traceability.log.cosignature import witness_key
from traceability.log.policy import parse_policy
from traceability.record.keys import AuthorKeyRevokedRecord
from traceability.signing import Ed25519Signer
from traceability.verify.check import check_evidence
from traceability.verify.command import main
from traceability.verify.report import Standing

WITNESSES = [(f"{name}.example", Ed25519Signer.from_seed(name.encode() * 32)) for name in "xyz"]
POLICY = parse_policy(
    f"log {LOG_KEY}\n"
    + "".join(f"witness {name} {witness_key(name, signer)}\n" for name, signer in WITNESSES)
    + f"group all-of-them 2 {' '.join(name for name, _ in WITNESSES)}\nquorum all-of-them\n"
)


def is_measured(_position, line):
    return b'"kind":"measurements"' in line


def withholding(log, **more):
    return log.evidence(UNIT, about_the_unit, withhold=is_measured, **more)


def failures(report):
    return [f"{fact.where}: {fact.text}" for fact in report.facts if fact.standing is Standing.FAILED]


def test_the_holder_sees_what_is_withheld_and_nothing_of_it(log):
    data = encode_evidence(withholding(log))
    assert b"25012" not in data
    report = check_evidence(data, LOG_KEY)
    assert failures(report) == []
    assert report.withheld == {"measurements": 1}
    (claimed,) = [fact.text for fact in report.facts if fact.standing is Standing.CLAIMED]
    assert "that it is there is proved" in claimed
    assert "is the hub's word" in claimed


def test_the_file_says_how_much_of_a_batch_it_does_not_speak_of(log):
    report = check_evidence(encode_evidence(withholding(log)), LOG_KEY)
    said = [fact.text for fact in report.facts if fact.text.endswith("of the other 2")]
    assert said == ["2 of the 4 records of this batch are in the file; the file says nothing of the other 2"]


@pytest.mark.parametrize(
    "change", [{"kind": "pictures"}, {"id": "another"}, {"leaf": to_base64(b"l" * 32)}, {"index": 0}]
)
def test_what_the_file_says_of_a_withheld_record_can_not_be_changed(log, change):
    evidence = withholding(log)
    changed = msgspec.structs.replace(evidence.withheld[0], **change)
    report = check_evidence(encode_evidence(msgspec.structs.replace(evidence, withheld=(changed,))), LOG_KEY)
    assert failures(report)


def test_leaving_a_withheld_record_out_breaks_the_hubs_statement(log):
    evidence = log.evidence(UNIT, about_the_unit, withhold=lambda position, line: b"result" in line)
    assert len(evidence.withheld) == 2
    fewer = msgspec.structs.replace(evidence, withheld=evidence.withheld[:1])
    assert failures(check_evidence(encode_evidence(fewer), LOG_KEY))
    assert failures(check_evidence(encode_evidence(msgspec.structs.replace(evidence, withheld=())), LOG_KEY))


def test_nobody_but_the_hub_speaks_of_withheld_records(log):
    evidence = withholding(log)
    forged = log.statement(UNIT, evidence.withheld, signer=SIGNERS["oem"])
    report = check_evidence(encode_evidence(msgspec.structs.replace(evidence, statement=forged)), LOG_KEY)
    assert failures(report)[0].startswith("statement: signed by")


def test_what_is_shown_later_is_what_was_withheld(log, tmp_path, capsys):
    earlier, now = tmp_path / "earlier.json", tmp_path / "now.json"
    earlier.write_bytes(encode_evidence(withholding(log)))
    now.write_bytes(encode_evidence(log.evidence(UNIT, about_the_unit)))
    assert main([str(now), "--earlier", str(earlier), "--log-key", str(LOG_KEY)]) == 0
    assert "the measurements record withheld is now shown" in capsys.readouterr().out


def test_a_hub_that_called_it_something_else_is_caught(log, tmp_path, capsys):
    evidence = withholding(log)
    lied = (msgspec.structs.replace(evidence.withheld[0], kind="pictures"),)
    lie = msgspec.structs.replace(evidence, withheld=lied, statement=log.statement(UNIT, lied))
    assert check_evidence(encode_evidence(lie), LOG_KEY).ok, "a hash does not tell of which kind a record is"
    earlier, now = tmp_path / "earlier.json", tmp_path / "now.json"
    earlier.write_bytes(encode_evidence(lie))
    now.write_bytes(encode_evidence(log.evidence(UNIT, about_the_unit)))
    assert main([str(now), "--earlier", str(earlier), "--log-key", str(LOG_KEY), "--json"]) == 1
    last = json.loads(capsys.readouterr().out)["facts"][-1]
    assert last["standing"] == "failed"
    assert "called it a 'pictures'" in last["text"]


def test_every_flipped_byte_is_refused_also_with_witnesses_and_withheld_records(log):
    data = encode_evidence(withholding(log, cosigners=WITNESSES[:2]))
    assert check_evidence(data, LOG_KEY, POLICY).ok
    changes = random.Random(11)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= changes.randrange(1, 256)
        assert not check_evidence(bytes(changed), LOG_KEY).ok, f"byte {place} of {len(data)}"


def test_a_quorum_of_witnesses(log):
    for count, enough in ((3, True), (2, True), (1, False), (0, False)):
        report = check_evidence(encode_evidence(withholding(log, cosigners=WITNESSES[:count])), LOG_KEY, POLICY)
        assert report.ok is enough
    assert "less than the policy's quorum" in failures(report)[0]


def test_witnesses_nobody_named_are_told_as_assumed(log):
    data = encode_evidence(log.evidence(UNIT, about_the_unit, cosigners=WITNESSES[:1]))
    report = check_evidence(data, LOG_KEY)
    (assumed,) = [fact for fact in report.facts if fact.standing is Standing.ASSUMED]
    assert (assumed.where, "x.example saw this state" in assumed.text) == ("witnesses", True)
    assert NOW.isoformat() in assumed.text


def test_the_policy_names_the_log_too(log, tmp_path, capsys):
    file, policy = tmp_path / "unit.json", tmp_path / "policy"
    file.write_bytes(encode_evidence(log.evidence(UNIT, about_the_unit)))
    policy.write_text(f"log {LOG_KEY}\nquorum none\n")
    assert main([str(file), "--policy", str(policy)]) == 0
    assert "assumed" not in capsys.readouterr().out
    other = witness_key("x", SIGNERS["oem"])
    policy.write_text(f"log {msgspec.structs.replace(other, algorithm=bytes([1]))}\nquorum none\n")
    assert main([str(file), "--policy", str(policy)]) == 1
    policy.write_text("quorum nobody\n")
    assert main([str(file), "--policy", str(policy)]) == 2
    assert "line 1: 'nobody' is not defined above" in capsys.readouterr().err


def test_a_revoked_key_signs_nothing_behind_its_revocation(log):
    def revoked(position, line):
        return about_the_unit(position, line)

    log.seal("hub", record(AuthorKeyRevokedRecord, id="supplier", reason="stolen", by="admin"))
    report = check_evidence(encode_evidence(log.evidence(UNIT, revoked)), LOG_KEY)
    assert report.ok, "what was signed before stays proved"
    assert any("every key of supplier is revoked from log position 4 on" in fact.text for fact in report.facts)
    log.seal("supplier", measurements_of(PART, value=25000))
    report = check_evidence(encode_evidence(log.evidence(UNIT, revoked)), LOG_KEY)
    assert "every key of 'supplier' is revoked from log position 4 on" in failures(report)[0]


def test_files_of_the_first_format_are_still_read(log):
    evidence = msgspec.structs.replace(log.evidence(UNIT, about_the_unit), format="1.0")
    assert check_evidence(encode_evidence(evidence), LOG_KEY).ok
    newer = msgspec.structs.replace(withholding(log), format="1.0")
    assert not check_evidence(encode_evidence(newer), LOG_KEY).ok
    unknown = msgspec.structs.replace(evidence, format="2.0")
    assert "read here" in failures(check_evidence(encode_evidence(unknown), LOG_KEY))[0]


def test_the_evidence_of_one_record_holds_that_record_alone(log):
    from traceability.evidence import RECORD

    batch = log.batches[2]
    subject = f"{RECORD}{batch.hash}:1"

    def keys_and_it(position, line):
        return b"author-key" in line or (position == 2 and line == batch.lines[1])

    data = encode_evidence(log.evidence(subject, keys_and_it))
    assert check_evidence(data, LOG_KEY).ok
    assert decode_evidence(data).subject == subject
    more = log.evidence(subject, lambda position, line: b"author-key" in line or position == 2)
    assert failures(check_evidence(encode_evidence(more), LOG_KEY))
    assert SmallLog().batches == []

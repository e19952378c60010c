import json
import random

import msgspec
import pytest
from small_log import LOG_KEY, OTHER, PART, SIGNERS, UNIT, about_the_unit, key_of, measurements_of, result_of

from traceability.evidence import encode_evidence
from traceability.log.note import VerifierKey
from traceability.verify.__main__ import main
from traceability.verify.check import check_evidence
from traceability.verify.report import Standing


def failures(report):
    return [f"{fact.where}: {fact.text}" for fact in report.facts if fact.standing is Standing.FAILED]


def test_everything_in_an_honest_file_is_proved(log):
    report = check_evidence(encode_evidence(log.evidence(UNIT, about_the_unit)), LOG_KEY)
    assert failures(report) == []
    assert report.ok
    assert report.records == 7
    texts = [fact.text for fact in report.facts]
    assert any("bore 25.012 mm; stated by supplier" in text for text in texts)
    assert any(f"{UNIT} contains {PART}; stated by oem" in text for text in texts)


def test_without_the_logs_key_the_report_says_what_it_assumes(log):
    report = check_evidence(encode_evidence(log.evidence(UNIT, about_the_unit)))
    assert report.ok
    assert [fact.where for fact in report.facts if fact.standing is Standing.ASSUMED] == ["log_key"]


def test_one_flipped_byte_anywhere_fails_and_says_where(log):
    data = encode_evidence(log.evidence(UNIT, about_the_unit))
    changes = random.Random(7)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= changes.randrange(1, 256)
        report = check_evidence(bytes(changed), LOG_KEY)
        assert not report.ok, f"byte {place} of {len(data)}"
        assert failures(report)[0].partition(":")[0]


def test_a_record_altered_and_rehashed_by_the_hub_fails(log):
    """A hub that seals a better result in the supplier's name has no key for it."""
    log.seal("supplier", result_of(PART), measurements_of(PART, value=25000), signer=SIGNERS["hub"])
    report = check_evidence(encode_evidence(log.evidence(UNIT, about_the_unit)), LOG_KEY)
    assert "header at log position 4: signed by ed25519" in failures(report)[0]


def test_an_author_cannot_introduce_a_key(log):
    log.seal("supplier", key_of("oem"), result_of(PART))
    evidence = log.evidence(
        UNIT, lambda position, line: about_the_unit(position, line) and (position != 1 or b'"id":"oem"' not in line)
    )
    report = check_evidence(encode_evidence(evidence), LOG_KEY)
    assert "holds no key of 'oem'" in failures(report)[0]


def test_a_file_of_another_log_is_refused(log):
    data = encode_evidence(log.evidence(UNIT, about_the_unit))
    other = VerifierKey(LOG_KEY.name, SIGNERS["hub"].public_key)
    assert failures(check_evidence(data, other))[0].startswith("log_key: the file is from the log")


def test_records_of_other_units_do_not_belong(log):
    report = check_evidence(
        encode_evidence(log.evidence(UNIT, lambda _position, line: b"chain-start" not in line)), LOG_KEY
    )
    assert failures(report) == [f"records[7]: is not about {UNIT} or anything in it"]


def test_a_file_that_never_mentions_its_subject_proves_nothing(log):
    evidence = log.evidence(OTHER, lambda position, line: position < 2 and b"chain-start" not in line)
    assert failures(check_evidence(encode_evidence(evidence), LOG_KEY)) == [
        f"subject: no record in the file is about {OTHER}"
    ]


@pytest.mark.parametrize("field", ["headers", "records"])
def test_order_and_repetition_are_fixed(log, field):
    evidence = log.evidence(UNIT, about_the_unit)
    for changed in (getattr(evidence, field)[::-1], (*getattr(evidence, field), getattr(evidence, field)[-1])):
        report = check_evidence(encode_evidence(msgspec.structs.replace(evidence, **{field: changed})), LOG_KEY)
        assert failures(report)[0].startswith(field)


def test_the_command_prints_one_line_each_and_its_status(log, tmp_path, capsys):
    path = tmp_path / "unit.evidence.json"
    path.write_bytes(encode_evidence(log.evidence(UNIT, about_the_unit)))
    assert main([str(path), "--log-key", str(LOG_KEY)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"7 records of {UNIT} proved"
    assert all(line.startswith("proved") for line in lines[:-1])
    path.write_bytes(path.read_bytes().replace(b"25012", b"25011"))
    assert main([str(path), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert report["facts"][-1]["where"] == "records[4]"


def test_the_command_tells_wrong_usage_in_one_line(tmp_path, capsys):
    assert main([str(tmp_path / "nothing.json")]) == 2
    (tmp_path / "empty").write_bytes(b"")
    assert main([str(tmp_path / "empty"), "--log-key", "nonsense"]) == 2
    assert main([str(tmp_path / "empty")]) == 1
    assert capsys.readouterr().err.count("\n") == 2

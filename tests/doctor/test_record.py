from __future__ import annotations

import json

import pytest

from sparring.doctor.record import Record, read_findings, write_findings
from sparring.doctor.rule import examine
from sparring.doctor.rules.critic_too_strong import CRITIC_TOO_STRONG

from .cases import case


def test_findings_are_read_as_they_were_written(tmp_path):
    found = examine(case(auc=0.99, generator_loss=lambda t: 1 + t), [CRITIC_TOO_STRONG])
    write_findings(tmp_path / "findings.json", 1280, found)
    record = read_findings(tmp_path / "findings.json")
    assert record == Record(1280, tuple(found))
    assert record.findings[0].evidence[0].points


def test_no_file_is_no_findings(tmp_path):
    assert read_findings(tmp_path / "findings.json") == Record()


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "images": 0, "findings": [{"rule": 3}]}'])
def test_a_damaged_file_is_refused_in_one_sentence(tmp_path, text):
    (tmp_path / "findings.json").write_text(text)
    with pytest.raises(ValueError, match="damaged"):
        read_findings(tmp_path / "findings.json")


def test_numbers_that_json_has_no_word_for_can_be_written(tmp_path):
    sick = case(auc=0.99, generator_loss=lambda t: 1 + t).series["auc"]
    from sparring.doctor.findings import Finding, evidence_of

    evidence = evidence_of("auc", sick, float("inf"), 1.0, "above")
    write_findings(tmp_path / "f.json", 1, [Finding("a", "info", "A", "B.", "C.", (evidence,))])
    assert json.loads((tmp_path / "f.json").read_text())["findings"][0]["evidence"][0]["value"] > 1e300

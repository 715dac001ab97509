"""What every rule owes its reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sparring.doctor.remedies import REMEDIES
from sparring.doctor.rule import Rule
from sparring.doctor.rules import RULES

TESTS = Path(__file__).parent.parent


def test_ids_are_unique_and_in_one_style():
    names = [rule.id for rule in RULES]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_words(rule: Rule):
    assert rule.title
    assert not rule.title.endswith(".")
    for words in (rule.sentence, rule.refute):
        assert words.endswith(".")
        assert len(words.split()) >= 8


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_its_remedies_are_known_and_named_once(rule: Rule):
    assert set(rule.remedies) <= set(REMEDIES)
    assert len(set(rule.remedies)) == len(rule.remedies)
    assert rule.remedies or rule.severity == "info"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_its_causes_are_rules_that_it_does_not_explain_in_turn(rule: Rule):
    known = {one.id: one for one in RULES}
    assert set(rule.consequence_of) <= set(known)
    assert not [cause for cause in rule.consequence_of if rule.id in known[cause].consequence_of]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_test_names_it(rule: Rule):
    sources = (path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    assert any(f'"{rule.id}"' in source for source in sources)

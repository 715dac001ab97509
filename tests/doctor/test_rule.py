from __future__ import annotations

import numpy as np
import pytest

from sparring.doctor.findings import Claim, evidence_of
from sparring.doctor.rule import Rule, examine, replay
from sparring.doctor.rules import RULES
from sparring.doctor.rules.critic_too_strong import CRITIC_TOO_STRONG
from sparring.doctor.series import Series

from .cases import case

CURE = ("stop-early",)


def test_a_rule_is_not_asked_without_its_signals():
    assert CRITIC_TOO_STRONG.ask(case(auc=0.99)) is None


def test_a_rule_that_asks_for_an_unknown_signal_is_refused():
    with pytest.raises(AssertionError, match="luck"):
        Rule("unlucky", "info", "", "", "", (), check=lambda luck: None)


def test_a_finding_carries_numbers_a_course_and_remedies():
    found = examine(case(auc=0.99, generator_loss=lambda t: 1 + t), RULES)[0]
    assert found.rule == "critic-too-strong"
    assert found.remedies
    evidence = found.evidence[0]
    assert evidence.value > evidence.bound
    assert len(evidence.points) <= 120
    assert found.last_images == 2000 * 64


def test_a_replay_knows_when_a_finding_began_and_ended():
    sick = case(auc=lambda t: np.where((t > 0.3) & (t < 0.6), 0.99, 0.7), generator_loss=lambda t: 1 + t)
    found = replay(sick, RULES, range(100, 2001, 100))
    (finding,) = [one for one in found if one.rule == "critic-too-strong"]
    assert 0.3 < finding.first_images / (2000 * 64) < 0.5
    assert finding.first_images < finding.last_images < 0.8 * 2000 * 64


def test_rules_have_names_of_their_own():
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_what_another_alarm_explains_is_only_worth_knowing():
    def always(auc: Series) -> Claim:
        return Claim((evidence_of("auc", auc, 0.9, 0.5, "above"),))

    def told(name: str, **given) -> Rule:
        return Rule(id=name, severity="alarm", title="", sentence="", refute="", remedies=CURE, check=always, **given)

    cause, effect = told("cause"), told("effect", consequence_of=("cause",))
    told_of = {one.rule: one for one in examine(case(auc=0.9), (effect, cause))}
    assert (told_of["cause"].severity, told_of["effect"].severity) == ("alarm", "info")
    assert told_of["cause"].remedies
    assert not told_of["effect"].remedies
    assert examine(case(auc=0.9), (effect,))[0].severity == "alarm"


def test_consequences_name_rules_and_never_each_other():
    known = {rule.id: set(rule.consequence_of) for rule in RULES}
    assert all(causes <= set(known) for causes in known.values())
    reached = known
    for _ in known:  # causes of causes, until nothing is added
        reached = {rule: causes.union(*(reached[cause] for cause in causes)) for rule, causes in reached.items()}
    assert not [rule for rule, causes in reached.items() if rule in causes]

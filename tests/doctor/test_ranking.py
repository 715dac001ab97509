from __future__ import annotations

from sparring.doctor.ranking import SYMPTOMS, ranked

from .pilots import SLOWER, SMOOTHER, WIDER, WORDS, alarm


def test_the_order_of_one_finding_stays() -> None:
    assert [remedy for _, remedy in ranked([alarm("one", WIDER, WORDS, SLOWER, SMOOTHER)])] == [WIDER, SLOWER, SMOOTHER]


def test_where_findings_disagree_the_worst_and_the_most_decide() -> None:
    one, two = alarm("one", SLOWER, SMOOTHER), alarm("two", SMOOTHER)
    three, symptom = alarm("three", WIDER, severity="warning"), alarm(SYMPTOMS[0], WIDER)
    order = [(finding.rule, remedy.name) for finding, remedy in ranked([symptom, three, one, two])]
    assert order == [("two", "smoother"), ("one", "slower"), ("three", "wider")]

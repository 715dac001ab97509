"""The page about the doctor says what the doctor is now."""

from __future__ import annotations

import re

from docs.make_doctor_page import PAGE, page

from sparring.doctor.lint.data import DATA
from sparring.doctor.lint.pair import FITTING, PAIR, SOUND
from sparring.doctor.lint.plan import PLAN, SETUP
from sparring.doctor.rules import RULES
from sparring.doctor.words import PAGE as LINKED


def test_the_page_is_as_it_would_be_written_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python docs/make_doctor_page.py"


def test_every_finding_has_a_place_that_it_links_to() -> None:
    headings = re.findall(r"^### (\S+)$", page(), re.MULTILINE)
    assert sorted(headings) == sorted(rule.id for rule in RULES)
    places = set(headings) | set(re.findall(r'<a id="(\S+)">', page()))
    lints = {lint.id for lint in (*SETUP, *PLAN, *FITTING, *SOUND, *PAIR, *DATA)}
    assert places == lints | set(headings)
    assert PAGE.parent.parent / LINKED == PAGE

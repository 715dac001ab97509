"""The page about the doctor says what the doctor is now."""

from __future__ import annotations

import re

from docs.make_doctor_page import PAGE, page

from sparring.doctor.rules import RULES
from sparring.doctor.words import PAGE as LINKED


def test_the_page_is_as_it_would_be_written_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python docs/make_doctor_page.py"


def test_every_rule_has_the_heading_that_findings_link_to() -> None:
    headings = re.findall(r"^### (\S+)$", page(), re.MULTILINE)
    assert sorted(headings) == sorted(rule.id for rule in RULES)
    assert PAGE.parent.parent / LINKED == PAGE

"""Writes what the code knows into docs/doctor.md: every finding, and every signal. The rest of the page stays.

python docs/make_doctor_page.py
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sparring.doctor.lint.data import DATA
from sparring.doctor.lint.pair import FITTING, PAIR, SOUND
from sparring.doctor.lint.plan import PLAN, SETUP
from sparring.doctor.remedies import REMEDIES
from sparring.doctor.remedies.advice import Advice
from sparring.doctor.rule import GIVEN, Rule
from sparring.doctor.rules import RULES
from sparring.doctor.signals import SIGNALS
from sparring.doctor.words import ORDER, begun

PAGE = Path(__file__).resolve().with_name("doctor.md")
SOURCES = {"turns": "every round", "probe": "each look", "scores": "each score"}


def page() -> str:
    """The page as it should be."""
    text = PAGE.read_text(encoding="utf-8")
    for name, lines in (("findings", findings()), ("lints", lints()), ("signals", signals())):
        begin, end = f"<!-- {name}: written by make_doctor_page.py -->\n", f"<!-- end of {name} -->\n"
        before, found, rest = text.partition(begin)
        assert found, f"{PAGE} has no place for {name}"
        text = before + begin + "\n".join(lines) + "\n" + end + rest.partition(end)[2]
    return text


def findings() -> Iterator[str]:
    """A table of all rules, then each under a heading of its own, which findings link to."""
    rules = sorted(RULES, key=lambda rule: ORDER.index(rule.severity))
    yield "| finding | severity | in short |"
    yield "|---|---|---|"
    for rule in rules:
        yield f"| [{rule.id}](#{rule.id}) | {rule.severity} | {rule.title} |"
    for rule in rules:
        yield from explained(rule)


def explained(rule: Rule) -> Iterator[str]:
    needed, more = ([f"`{n}`" for n, free in rule.wanted if n not in GIVEN and free == may] for may in (False, True))
    if more:
        needed.append(f"{'and ' if needed else ''}{', '.join(more)} where measured")
    yield f"\n### {rule.id}"
    yield f"**{rule.title}** ({rule.severity}). {begun(rule.sentence)}"
    yield f"- Looks at: {', '.join(needed) or 'the set-up alone'}."
    yield f"- Refuted by: {rule.refute}"
    if rule.remedies:
        yield "- Try, one at a time:"
    yield from (f"  {place}. {sentence(name)}" for place, name in enumerate(rule.remedies, 1))


def lints() -> Iterator[str]:
    """A table of what is looked for before the first round; findings link to its rows."""
    rules = {rule.id for rule in RULES}
    yield "| finding | severity | in short | refuted by | try first |"
    yield "|---|---|---|---|---|"
    for lint in (*SETUP, *PLAN, *FITTING, *SOUND, *PAIR, *DATA):
        name = f"[{lint.id}](#{lint.id})" if lint.id in rules else f'<a id="{lint.id}"></a>{lint.id}'
        first = sentence(lint.remedies[0]) if lint.remedies else ""
        yield f"| {name} | {lint.severity} | {lint.title} | {begun(lint.refute)} | {first} |"


def sentence(name: str) -> str:
    """What a remedy says where it is not known for whom."""
    advice = REMEDIES[name]
    assert isinstance(advice, Advice)
    return advice.sentence.format(critic="discriminator")


def signals() -> Iterable[str]:
    """A table of everything that rules can ask for."""
    yield "| signal | what it is | measured at |"
    yield "|---|---|---|"
    for name, signal in SIGNALS.items():
        yield f"| `{name}` | {signal.about} | {SOURCES[signal.source]} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

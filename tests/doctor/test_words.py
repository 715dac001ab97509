from __future__ import annotations

import pytest

from sparring.doctor import words
from sparring.doctor.findings import Evidence, Finding, Remedy

FINDING = Finding(
    rule="critic-too-strong",
    severity="warning",
    title="The discriminator is too strong",
    sentence="It tells every fake from a real sample, " * 5 + "and that is bad.",
    refute="Samples that still improve.",
    evidence=(
        Evidence("auc", 0.99, 0.95, "above"),
        Evidence("generator_loss", 0.25, 0.0, "above", (), "change per 1,000 rounds"),
        Evidence("layers", 3.0, 1.0, "above"),
    ),
    remedies=(
        Remedy("lower", "Let it learn more slowly.", ("optims.critic.lr=5e-05", "rules.r1=1", "widths=[8, 8]")),
        Remedy("shrink", "Take a smaller one.", (), from_start=True),
    ),
    first_images=51_200,
    last_images=128_000,
)


def test_a_line_fits_into_a_sentence():
    assert words.line(FINDING) == "warning: the discriminator is too strong"


def test_a_terminal_is_told_everything_in_narrow_lines():
    text = words.terminal(FINDING, 128_000)
    assert all(len(line) <= words.WIDTH for line in text.splitlines())
    joined = " ".join(text.split())
    for part in (
        "WARNING The discriminator is too strong", "and that is bad.", "since 51,200 images",
        "auc is 0.99, above 0.95: probability that a random real sample scores above a random fake",
        "generator_loss, change per 1,000 rounds, is 0.25, above 0: the", "layers is 3, above 1 refuted by",
        "refuted by Samples that still improve.", "1. Let it learn more slowly.",
        "--set rules.r1=1 --set 'widths=[8, 8]'", "2. Take a smaller one. Begin a new run with it.",
        "docs/doctor.md#critic-too-strong",
    ):  # fmt: skip
        assert part in joined


@pytest.mark.parametrize(
    ("first", "last", "now", "told"),
    [
        (0, 0, 100, ""),
        (50, 100, 100, "since 50 images, and still so at 100"),
        (100, 100, 100, "at 100 images, for the first time"),
        (50, 80, 100, "from 50 to 80 images, and no longer"),
    ],
)
def test_the_window_says_whether_it_still_holds(first, last, now, told):
    assert words.when(FINDING.lasting(first, last), now) == told


def test_what_has_no_window_and_no_remedies_has_no_such_paragraphs():
    text = words.terminal(Finding("a", "info", "One", "Two.", "Three."))
    assert text.splitlines() == ["INFO  One", "  Two.", "  refuted by  Three.", "  more        docs/doctor.md#a"]


def test_remedies_beyond_the_first_few_are_counted():
    text = words.terminal(FINDING, 128_000, most=1)
    assert "1. Let it" in text
    assert "2. Take" not in text
    assert "(1 more: --all)" in text


def test_what_is_only_worth_knowing_has_a_line():
    text = words.in_short(FINDING)
    assert " ".join(text.split()).startswith(
        "- The discriminator is too strong: auc is 0.99, above 0.95; generator_loss"
    )
    assert all(len(line) <= words.WIDTH for line in text.splitlines())


def test_tensorboard_gets_lists_and_code():
    text = words.markdown(FINDING)
    assert text.startswith("### warning: The discriminator is too strong\n\n")
    assert "- **auc is 0.99, above 0.95**: prob" in text
    assert "1. Let it learn more slowly. `--set optims.critic.lr=5e-05 --set rules.r1=1 --set" in text

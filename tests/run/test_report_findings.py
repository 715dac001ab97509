"""The report's section about the doctor: numbers, plots and remedies, and never a reason to have no report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.run.test_report import END, HOSTILE, Page, made, rounds

from sparring.run.report import write_report

EVIDENCE = {
    "signal": "auc", "value": 0.991, "bound": 0.95, "side": "above", "what": "",
    "points": [[64 * n, 0.5 + n / 200] for n in range(1, 101)],
}  # fmt: skip
SLOPE = {**EVIDENCE, "signal": "generator_loss", "value": 0.25, "bound": -77.0, "what": "change per 1,000 rounds"}


def finding(**other: Any) -> dict[str, Any]:
    return {
        "rule": "critic-too-strong", "severity": "warning", "title": "The discriminator is too strong",
        "sentence": "It tells every fake.", "refute": "Samples that improve.", "evidence": [EVIDENCE, SLOPE],
        "remedies": [
            {"name": "a", "sentence": "Slow it down.", "changes": ["optims.critic.lr=5e-05"], "from_start": False},
            {"name": "b", "sentence": "Take a smaller one.", "changes": [], "from_start": True},
        ],
        "first_images": 3200.0, "last_images": 6400.0, **other,
    }  # fmt: skip


def report(path: Path, text: str | None) -> Page:
    run = made(path / "run", [*rounds(9), END], samples=0)
    if text is not None:
        run.findings.write_text(text)
    return Page(write_report(run.path).read_text(encoding="utf-8"))


def record(*findings: dict[str, Any]) -> str:
    signals = {"auc": "chance that a real sample scores above a fake"}
    return json.dumps({"format": 1, "images": 6400.0, "signals": signals, "findings": findings})


def test_findings_are_shown_with_numbers_plots_and_remedies(tmp_path: Path) -> None:
    page = report(tmp_path, record(finding()))
    for part in (
        "warning The discriminator is too strong It tells every fake.", "Since 3,200 images, and still so.",
        "auc is 0.991, above 0.95: chance that a real sample scores above a fake",
        "generator_loss, change per 1,000 rounds, is 0.25, above -77", "Refuted by: Samples that improve.",
        "Slow it down. --set optims.critic.lr=5e-05 Take a smaller one. Begin a new run with it.",
        "docs/doctor.md#critic-too-strong",
    ):  # fmt: skip
        assert part in page.text
    shades = [attributes for tag, attributes in page.tags if attributes.get("class") == "shade"]
    assert len(shades) == 2
    assert float(shades[0]["width"] or 0) == pytest.approx(249, abs=10)  # half of the window
    assert "-77" not in page.text.replace("above -77", "")  # the threshold of a slope is no line among losses


def test_the_worst_comes_first_and_what_passed_is_folded_away(tmp_path: Path) -> None:
    page = report(
        tmp_path,
        record(
            finding(title="Small", severity="info"),
            finding(title="Gone", last_images=5000.0),
            finding(title="Bad", severity="alarm"),
        ),
    )
    assert page.text.index("Bad") < page.text.index("Worth knowing (1)") < page.text.index("Small")
    assert page.text.index("Small") < page.text.index("Earlier, and no longer (1)") < page.text.index("Gone")
    assert "until 5,000, and no longer" in page.text


def test_a_healthy_run_is_told_in_a_line(tmp_path: Path) -> None:
    assert "After 6,400 images nothing speaks of trouble." in report(tmp_path, record()).text


def test_without_a_doctor_there_is_no_section(tmp_path: Path) -> None:
    assert "Doctor" not in report(tmp_path, None).text


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "null", '{"images": 1', record({"rule": 1}), record(finding(severity="odd")),
        record(finding(evidence=[{"signal": "auc"}])), record(finding(evidence=3)), record(finding(first_images="x")),
        record(finding(remedies=[3])), record(finding(title=None)), "\udcff",
    ],
)  # fmt: skip
def test_a_damaged_file_never_breaks_the_report(tmp_path: Path, text: str) -> None:
    run = made(tmp_path / "run", [*rounds(9), END], samples=0)
    run.findings.write_bytes(text.encode(errors="surrogateescape"))
    page = Page(write_report(run.path).read_text(encoding="utf-8"))
    assert "findings.json cannot be read" in page.text
    assert "Loss terms of the critic" in page.text


def test_absurd_numbers_can_be_drawn(tmp_path: Path) -> None:
    wild = {**EVIDENCE, "value": 1.7e308, "bound": 1.7e308, "points": [[0, 1.0], [64, 1e307], [128, 2.0]]}
    assert "The discriminator is too strong" in report(tmp_path, record(finding(evidence=[wild]))).text


def test_words_cannot_break_out(tmp_path: Path) -> None:
    evil = {**EVIDENCE, "signal": HOSTILE, "what": HOSTILE}
    remedy = {"name": HOSTILE, "sentence": HOSTILE, "changes": [HOSTILE], "from_start": False}
    page = report(
        tmp_path,
        record(
            finding(
                rule=HOSTILE, title=HOSTILE, sentence=HOSTILE, refute=HOSTILE, evidence=[evil], remedies=[remedy],
            )
        ),
    )  # fmt: skip
    assert "script" not in {tag for tag, _ in page.tags}
    assert len([tag for tag, attributes in page.tags if tag == "img" and "evil" in str(attributes)]) == 0
    assert HOSTILE in "".join(page.words)

"""report.html: one file that shows a run without a network, a script or any other file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from ..play.adversarial import ADVERSARIAL
from ..recipes import RECIPES, Recipe
from . import atomic, report_autopilot, report_findings, report_pictures, report_scores, report_tables
from .briefing import duration
from .curves import Points, chart
from .document import document, section
from .folder import RunFolder
from .journal import Record, read
from .translating import next_line

STATES = {
    "finished": "finished",
    "deadline": "ended with its time budget",
    "interrupted": "stopped by hand",
    "exhausted": "given up by the autopilot",
    "": "going on, or killed",
}


@dataclass(frozen=True)
class Story:
    """All that is known of a run, read once."""

    folder: RunFolder
    recipe: Recipe
    records: list[Record]
    scores: list[Record]

    @property
    def plan(self) -> Mapping[str, Any]:
        plans = [record.get("plan") for record in self.records if record.get("kind") == "plan"]
        return plans[-1] if plans and isinstance(plans[-1], dict) else {}

    @property
    def rounds(self) -> list[Record]:
        return [record for record in self.records if record.get("kind") == "round"]

    @property
    def newest(self) -> Record:
        return self.records[-1] if self.records else {}

    @property
    def reason(self) -> str:
        """Why it ended; empty while it goes on."""
        return str(self.newest.get("reason", "")) if self.newest.get("kind") == "end" else ""

    @property
    def data(self) -> Mapping[str, Any]:
        data = self.plan.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def pictures(self) -> list[Path]:
        return sorted(self.folder.samples.glob("*.png"))

    def series(self, pick: Callable[[Record], Mapping[str, float | None]]) -> dict[str, Points]:
        """Curves over images seen of whatever numbers `pick` finds in the rounds; None stands for none."""
        curves: dict[str, list[tuple[float, float]]] = {}
        for record in self.rounds:
            for name, value in pick(record).items():
                if value is not None:
                    curves.setdefault(name, []).append((float(record["images"]), float(value)))
        return dict(curves)


def write_report(run: Path | str) -> Path:
    """Write the report of a run, finished or not, and return where it is.

    ValueError for what is no run, OSError if the file cannot be written.
    """
    folder = RunFolder.open(run)
    story = Story(folder, folder.recipe, list(read(folder.journal)), list(read(folder.scores)))
    atomic.write_text(folder.report, page(story))
    return folder.report


def page(story: Story) -> str:
    sections = [
        head(story),
        section("Newest samples", newest(story)),
        section("Doctor", report_findings.told(story.folder.findings)),
        section("Autopilot", report_autopilot.told(story.folder.autopilot)),
        section("How the samples grew", report_pictures.timeline(story.pictures, columns(story))),
        section("Curves", charts(story)),
        section("Scores", report_scores.table(story.scores)),
        section("Data", data(story)),
        section("Settings", report_tables.configuration(story.recipe)),
        section("Events", report_tables.events(r for r in story.records if r.get("kind") == "event")),
        section("Time and machine", cost(story)),
        section("What to do next", next_steps(story)),
    ]
    return document(story.folder.path.resolve().name, "".join(sections))


def head(story: Story) -> str:
    images, seconds = int(story.newest.get("images", 0)), float(story.newest.get("seconds", 0.0))
    total = int(story.plan.get("images", 0))
    tiles = {
        "images seen": f"{images:,}" + (f" of {total:,}" if total > images and story.reason != "deadline" else ""),
        "of training": duration(seconds) if seconds else "0 s",
        "images/s": f"{images / seconds:,.0f}" if seconds else "",
        **report_scores.best_score(story.scores),
    }
    tiles |= {f"{name} parameters": f"{one['parameters']:,}" for name, one in story.plan.get("networks", {}).items()}
    cells = "".join(
        f"<li><b>{escape(value)}</b><span>{escape(title)}</span></li>" for title, value in tiles.items() if value
    )
    what = f"{story.recipe.name} on {story.data.get('name') or story.recipe.data.spec}"
    return (
        f"<header><h1>{escape(what)}</h1><p><span class='state'>{escape(STATES.get(story.reason, story.reason))}</span>"
        f" <span class='soft'>{escape(str(story.folder.path.resolve().name))}</span></p>{about(story.recipe.name)}"
        f'<ul class="facts">{cells}</ul></header>\n'
    )


def about(name: str) -> str:
    """What the recipe is, and where it comes from; empty text for one that is not installed here."""
    if name not in RECIPES:
        return ""
    preset = RECIPES[name]
    return f'<p>{escape(name)}: {escape(preset.line)}. <span class="soft">{escape(preset.paper)}</span></p>'


def newest(story: Story) -> str:
    pictures = story.pictures
    if not pictures:
        return "<p>There are no samples yet.</p>"
    count = int(pictures[-1].stem) if pictures[-1].stem.isdecimal() else 0
    note = f"after {count:,} images, all from one fixed noise"
    if story.data.get("classes") and columns(story) == len(story.data["classes"]):
        note += "; one column per class: " + ", ".join(map(str, story.data["classes"]))
    return f'{report_pictures.large(pictures[-1], note, "newest")}<p class="soft">{escape(note)}</p>'


def columns(story: Story) -> int:
    """Of the sample grids; 0 for scatters of points."""
    if len(story.data.get("shape", ())) == 1:
        return 0
    classes = len(story.data.get("classes", ()))
    return classes if 0 < classes <= 16 else math.ceil(math.sqrt(story.recipe.watch.grid))


def charts(story: Story) -> str:
    threshold = ADVERSARIAL[story.recipe.rules.adversarial].threshold
    turns = sorted({turn for record in story.rounds for turn in record.get("readings", {})})
    found = [chart(f"Loss terms of the {turn}", story.series(lambda r, t=turn: terms(r, t))) for turn in turns]
    found += [
        chart("Logits: high means real", story.series(logits), guide=threshold),
        chart("How often the critic is right", story.series(judgement), guide=0.5),
        chart("Gradient norms", story.series(norms), log=True),
        *report_scores.charts(story.scores),
        chart("Learning rates", story.series(lambda r: r.get("learning_rates", {}))),
        chart("Speed, images/s", story.series(lambda r: {"images/s": r.get("images_per_second", math.nan)})),
    ]
    return f'<div class="charts">{"".join(found)}</div>' if any(found) else ""


def terms(record: Record, turn: str) -> dict[str, float]:
    """A turn's loss and what it is made of; the sum alone where it has one part."""
    readings = record.get("readings", {}).get(turn, {})
    parts = {name: value for name, value in readings.items() if is_term(name)}
    return parts if len(parts) < 2 else {"sum": readings.get("loss", math.nan), **parts}


def is_term(name: str) -> bool:
    last = name.rsplit("/", 1)[-1]
    return not ({"logit", "sign", "gradient"} & set(name.split("/")[:-1]) or last in ("loss", "accuracy", "auc"))


def picked(record: Record, wanted: Callable[[str], bool]) -> dict[str, float]:
    return {n: v for readings in record.get("readings", {}).values() for n, v in readings.items() if wanted(n)}


def logits(record: Record) -> dict[str, float]:
    return {name.replace("logit/", ""): value for name, value in picked(record, lambda n: "logit/" in n).items()}


def judgement(record: Record) -> dict[str, float]:
    return picked(record, lambda n: n.rsplit("/", 1)[-1] in ("accuracy", "auc"))


def norms(record: Record) -> dict[str, float]:
    found = picked(record, lambda n: n.startswith("gradient/"))
    return {name.removeprefix("gradient/"): value for name, value in found.items()}


def data(story: Story) -> str:
    sheet = report_pictures.large(story.folder.path / "data.png", "some images of the data", "")
    hidden = ("fingerprint", "pack_bytes", "shape")
    return sheet + report_tables.facts({name: v for name, v in story.data.items() if name not in hidden})


def cost(story: Story) -> str:
    end, rounds = story.newest, story.rounds
    speeds = sorted(float(r.get("images_per_second", 0)) for r in rounds)
    pairs: dict[str, object] = {
        "training": duration(float(end["seconds"])) if end.get("seconds") else "",
        "images per second, median": speeds[len(speeds) // 2] if speeds else "",
        "batch": story.plan.get("batch", ""),
        "rounds planned": story.plan.get("rounds", ""),
    }
    return report_tables.facts({**pairs, **story.plan.get("machine", {}), **story.plan.get("versions", {})})


def next_steps(story: Story) -> str:
    run = story.folder.path
    lines = [next_line(run, story.recipe), f"sparring report {run}"]
    if story.reason != "finished":
        lines.insert(0, f"sparring resume {run}")
    return f"<pre>{escape(chr(10).join(lines))}</pre>"

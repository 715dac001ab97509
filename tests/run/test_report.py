"""The report: one file that needs nothing else, whatever the run is like."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sparring.metrics.score import Protocol, Score
from sparring.recipes import RECIPES, Facts
from sparring.run.folder import RunFolder
from sparring.run.report import write_report
from sparring.run.report_pictures import corner, spread
from sparring.run.report_tables import rows
from sparring.run.score_lines import Measured
from sparring.settings import assign

HOSTILE = '"><script>alert(1)</script><img src=//evil.example/x>'


class Page(HTMLParser):
    """What a browser would find in a page."""

    VOID = frozenset({"meta", "img", "br", "path"})

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def made(path: Path, lines: list[dict[str, Any]], *, samples: int = 3, name: str = "photos/") -> RunFolder:
    """A run folder with this journal, and some sample grids."""
    recipe = assign(RECIPES["dcgan"].make(Facts()), ["watch.grid=64", 'data.spec="photos"'])
    run = RunFolder.create(path, recipe)
    plan = {
        "recipe": "dcgan",
        "data": {"name": name, "shape": [3, 64, 64], "training": 950, "classes": [], "broken_named": [HOSTILE]},
        "networks": {"generator": {"kind": "dcgan-generator", "parameters": 3_576_704, "averaged": False}},
        "machine": {"device": "cpu", "precision": "fp32"},
        "versions": {"sparring": "0.1.0"},
        "images": 6400,
    }
    records = [{"kind": "plan", "images": 0, "seconds": 0.0, "plan": plan}, *lines]
    run.journal.write_text("".join(json.dumps(record) + "\n" for record in records))
    run.samples.mkdir(exist_ok=True)
    for number in range(samples):
        Image.effect_noise((526, 526), 80).convert("RGB").save(run.sample(number * 640))
    return run


def rounds(count: int = 100) -> list[dict[str, Any]]:
    return [
        {
            "kind": "round", "images": 64 * n, "seconds": n / 2, "images_per_second": 128.0,
            "readings": {
                "critic": {"adversarial": 1 / n, "r1": 0.1, "loss": 1 / n + 0.1, "accuracy": 0.7, "auc": 0.8,
                           "sign/real": 0.5, "logit/real": 1.0, "logit/fake": -1.0, "gradient/critic": 2.0},
                "generator": {"adversarial": 0.7, "loss": 0.7, "gradient/generator": 1.0},
            },
            "learning_rates": {"generator": 2e-4, "critic": 2e-4},
        }
        for n in range(1, count + 1)
    ]  # fmt: skip


END = {"kind": "end", "images": 6400, "seconds": 50.0, "reason": "finished"}


def test_shows_everything_and_needs_nothing(tmp_path: Path) -> None:
    event = {"kind": "event", "images": 640, "seconds": 5.0, "sentence": "memory ran out in the turn of critic"}
    run = made(tmp_path / "one", [*rounds(), event, END], samples=14)
    scores = [{"images": n, "seconds": 1.0, "sliced_wasserstein": score} for n, score in ((3200, 0.125), (6400, 0.25))]
    run.scores.write_text("".join(json.dumps(line) + "\n" for line in scores))
    report = write_report(run.path)
    assert report == run.report
    html = report.read_text(encoding="utf-8")
    page = Page(html)
    for part in (
        "dcgan on photos/", "finished", "6,400", "3,576,704", "0.1250", "after 3,200 images",
        "Loss terms of the critic", "Loss terms of the generator", "Logits", "How often the critic is right",
        "Gradient norms", "Learning rates", "Speed, images/s", "Distance of samples from the data",
        "train.batch", "Images per update", "memory ran out", "sparring sample",
    ):  # fmt: skip
        assert part in page.text
    assert "sparring resume" not in page.text
    assert "sign/real" not in page.text
    pictures = [attributes["src"] or "" for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) == 1 + 12
    assert all(source.startswith("data:image/") for source in pictures)
    assert len(html) < 5_000_000


def test_whole_scores_have_curves_a_tile_and_a_table(tmp_path: Path) -> None:
    def line(images: int, by: str, best: bool, value: float) -> str:
        def score(name: str, value: float) -> Score:
            protocol = Protocol("eyes", real=100, fake=512, settings=(("k", 5),))
            return Score(name, value, "lower", protocol, value - 1, value + 1, "95%", (f"doubtful {HOSTILE}",))

        scores = (score("fd-eyes", value + 9), score("kd-eyes", value), score("precision", 0.5), score("recall", 0.25))
        return json.dumps(Measured(images, 1.0, scores, by, best).as_json()) + "\n"  # type: ignore[arg-type]

    run = made(tmp_path / "one", [*rounds(), END])
    lines = [line(1000, "training", True, 7.0), line(2000, "training", True, 3.5), line(3000, "training", False, 4.0)]
    run.scores.write_text("".join([*lines, line(2000, "evaluate", False, 3.75)]))
    page = Page(write_report(run.path).read_text(encoding="utf-8"))
    for part in (
        "3.5 best kd-eyes, after 2,000 images", "fd-eyes of 512 samples", "Shares of 512 samples", "precision 0.5",
        "kd-eyes 3.75 2.75 to 4.75 lower eyes 512 against 100, k 5", "of the weights after 2,000 images",
        "fd-eyes, kd-eyes, precision, recall: doubtful",
    ):  # fmt: skip
        assert part in page.text
    assert not any(tag == "script" for tag, _ in page.tags)


def references(page: Page) -> list[str]:
    names = ("src", "href", "srcset", "action", "data", "poster", "xlink:href", "background")
    return [value or "" for _, attributes in page.tags for name, value in attributes.items() if name in names]


def test_names_of_files_cannot_break_out(tmp_path: Path) -> None:
    event = {"kind": "event", "images": 1, "seconds": 1.0, "sentence": HOSTILE}
    run = made(tmp_path / "run & <b>", [*rounds(5), event], name=HOSTILE)
    page = Page(write_report(run.path).read_text(encoding="utf-8"))
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "iframe", "object", "link", "base", "form", "b2"})
    assert all(reference.startswith("data:image/") for reference in references(page))
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert HOSTILE in "".join(page.words)


def test_policy_forbids_what_the_page_does_not_need(tmp_path: Path) -> None:
    page = Page(write_report(made(tmp_path / "one", []).path).read_text(encoding="utf-8"))
    policy = [a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_run_that_goes_on_can_be_looked_at(tmp_path: Path) -> None:
    run = made(tmp_path / "one", rounds(3))
    with run.journal.open("a") as file:
        file.write('{"kind": "round", "ima')
    text = Page(write_report(run.path).read_text(encoding="utf-8")).text
    assert "going on, or killed" in text
    assert "sparring resume" in text


def test_run_that_has_only_begun(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "one", RECIPES["gan"].make(Facts((2,))))
    text = Page(write_report(run.path).read_text(encoding="utf-8")).text
    assert "There are no samples yet" in text


def test_damaged_pictures_are_left_out(tmp_path: Path) -> None:
    run = made(tmp_path / "one", [*rounds(3), END])
    run.sample(1280).write_bytes(b"\x89PNG\r\n\x1a\n broken")
    page = Page(write_report(run.path).read_text(encoding="utf-8"))
    assert len([tag for tag, _ in page.tags if tag == "img"]) == 2


def test_numbers_that_broke_down_are_left_out(tmp_path: Path) -> None:
    lines = rounds(10)
    lines[5]["readings"]["critic"]["adversarial"] = float("nan")
    lines[6]["readings"]["critic"]["gradient/critic"] = float("inf")
    lines[7]["readings"]["critic"]["adversarial"] = None
    lines[8]["readings"]["critic"]["gradient/critic"] = None
    html = write_report(made(tmp_path / "one", lines).path).read_text(encoding="utf-8")
    assert "nan" not in html.split("<h2>Curves</h2>")[1].split("<h2>")[0].lower()


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no run"):
        write_report(tmp_path)


def test_every_setting_is_listed_with_its_help() -> None:
    recipe = assign(RECIPES["dcgan"].make(Facts()), ["train.batch=99"])
    table = {path: (value, text, changed) for path, value, text, changed in rows(recipe)}
    assert table["train.batch"][0] == 99
    assert table["train.batch"][2]
    assert not table["train.accumulate"][2]
    assert table["networks.generator.kind"][0] == "dcgan-generator"
    assert table["optims.critic.lr"][0] == 2e-4
    without = [path for path, (_, text, _) in table.items() if not text and not path.endswith("kind")]
    assert without == []


def test_timeline_keeps_first_and_last() -> None:
    paths = [Path(str(number)) for number in range(50)]
    kept = spread(paths, 12)
    assert (len(kept), kept[0], kept[-1]) == (12, paths[0], paths[-1])
    assert spread(paths[:5], 12) == paths[:5]


def test_thumbnails_show_whole_samples() -> None:
    grid = Image.new("RGB", (8 * 34 - 2, 6 * 34 - 2), "white")
    for row in range(6):
        for column in range(8):
            grid.paste("black", (column * 34, row * 34, column * 34 + 32, row * 34 + 32))
    thumb = corner(grid, 8)
    assert thumb.size == (4 * 34 - 2, 4 * 34 - 2)
    assert thumb.getpixel((thumb.width - 1, thumb.height - 1)) == (0, 0, 0)

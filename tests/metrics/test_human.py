from __future__ import annotations

import base64
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from sparring.metrics.human.answers import Votes, deception, read_answers
from sparring.metrics.human.page import Study, study_of
from sparring.run.human import KEY, PAGE, write_study

DICE = torch.Generator().manual_seed(0)
REAL, FAKE = torch.randint(256, (2, 12, 3, 10, 14), generator=DICE).to(torch.uint8)
STUDY = study_of(REAL, FAKE, trials=8, checks=2, exposure_ms=500)


def data_of(study: Study) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="study">(.*?)</script>', study.html, re.DOTALL)
    assert found
    return json.loads(found[1])


def pixels(text: str) -> Tensor:
    picture = Image.open(io.BytesIO(base64.b64decode(text)))
    assert not picture.info
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags = list[tuple[str, dict[str, str | None]]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_needs_nothing_from_outside() -> None:
    reader = Reader()
    reader.feed(STUDY.html)
    policy = next(attrs["content"] for tag, attrs in reader.tags if tag == "meta" and "http-equiv" in attrs)
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "unsafe-inline'; script-src 'sha256-" in policy
    addresses = [attrs[key] for _, attrs in reader.tags for key in ("src", "href", "action") if key in attrs]
    assert addresses == []
    assert "http://" not in STUDY.html
    assert "https://" not in STUDY.html
    assert "{{" not in STUDY.html
    identifiers = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(identifiers) == len(set(identifiers))
    assert set(re.findall(r'at\("(\w+)"\)', STUDY.html)) <= set(identifiers)


def test_the_page_does_not_hold_the_solution() -> None:
    data, key = data_of(STUDY), json.loads(STUDY.key)
    assert list(data["images"]) == sorted(data["images"])
    assert data["pairs"] == sorted(sorted(pair) for pair in data["pairs"])
    kinds = [sorted(key["what"][name] for name in pair) for pair in data["pairs"]]
    assert kinds.count(["fake", "real"]) == 8
    assert kinds.count(["check", "real"]) == 2
    first = sum(key["what"][pair[0]] == "real" for pair in data["pairs"])
    assert 0 < first < 10
    assert not re.search(r"fake|check", STUDY.html)
    assert set(data["images"]) == set(key["what"])


def test_images_are_whole_and_in_their_own_size() -> None:
    data, key = data_of(STUDY), json.loads(STUDY.key)
    assert (data["width"], data["height"], data["exposure_ms"]) == (14, 10, 500)
    used = {"real": REAL, "fake": FAKE}
    for name, what in key["what"].items():
        image = pixels(data["images"][name])
        if what != "check":
            assert bool((used[what] == image).flatten(1).all(1).any())
        else:
            assert any(torch.equal(image.flatten(1).sort().values.sum(1), one.flatten(1).sum(1)) for one in REAL)
    assert len(set(data["images"].values())) == 20
    assert data_of(study_of(REAL, FAKE, trials=4, checks=0, enlarge=3))["width"] == 42
    gray = data_of(study_of(REAL[:, :1], FAKE[:, :1], trials=4, checks=0))
    assert Image.open(io.BytesIO(base64.b64decode(next(iter(gray["images"].values()))))).mode == "L"


def test_a_question_is_text() -> None:
    html = study_of(REAL, FAKE, trials=4, checks=1, question="<b>Which?</b> & why").html
    assert "<h1>&lt;b&gt;Which?&lt;/b&gt; &amp; why</h1>" in html


def test_what_makes_no_study_is_refused() -> None:
    with pytest.raises(ValueError, match="told apart by size or colour"):
        study_of(REAL, FAKE[..., :10])
    with pytest.raises(ValueError, match="at least 2 pairs and 5 real images"):
        study_of(REAL[:6], FAKE)
    with pytest.raises(ValueError, match="type uint8"):
        study_of(REAL.float(), FAKE)
    with pytest.raises(ValueError, match="whole number from 1 on"):
        study_of(REAL, FAKE, enlarge=0)


def rated(rater: str, fooled: float, *, missed: int = 0, study: Study = STUDY, seed: int = 0) -> dict[str, Any]:
    """A file as the page writes it, of someone who takes this share of generated images for real."""
    data, what = data_of(study), json.loads(study.key)["what"]
    dice, answers, checks = np.random.default_rng([seed, len(rater), *rater.encode()]), [], 0
    for pair in data["pairs"]:
        wrong = next(name for name in pair if what[name] != "real")
        right = next(name for name in pair if what[name] == "real")
        if what[wrong] == "check":
            checks += 1
            chosen = wrong if checks <= missed else right
        else:
            chosen = wrong if dice.random() < fooled else right
        left, other = pair if dice.random() < 0.5 else pair[::-1]
        answers.append({"left": left, "right": other, "chosen": chosen, "seconds": 1.5})
    facts = {"format": 1, "study": data["study"], "rater": rater, "name": "", "exposure_ms": 500, "pixel_ratio": 1.0}
    return {**facts, "answers": answers}


def files(folder: Path, *sheets: dict[str, Any]) -> tuple[list[Path], Path]:
    _, key = write_study(STUDY, folder)
    paths = [folder / f"answers-{number}.json" for number in range(len(sheets))]
    for path, sheet in zip(paths, sheets, strict=True):
        path.write_text(json.dumps(sheet))
    return paths, key


def test_raters_who_guess_are_deceived_half_of_the_time(tmp_path: Path) -> None:
    paths, key = files(tmp_path, *[rated(f"r{number}", 0.5) for number in range(30)])
    found = read_answers(paths, key)
    assert found.low < 0.5 < found.high
    assert found.high - found.low < 0.25
    assert len(found.votes) == 30
    assert found.notes == ()
    score = found.score()
    assert (score.name, score.value, score.protocol.fake) == ("deception-rate", found.rate, 240)
    assert dict(score.protocol.settings) == {"raters": 30, "exposure_ms": 500}


def test_raters_who_see_are_not_deceived_and_few_raters_are_doubted(tmp_path: Path) -> None:
    paths, key = files(tmp_path, rated("a", 0.0), rated("b", 0.0))
    found = read_answers(paths, key)
    assert found.rate == 0.0
    assert 0.1 < found.high < 0.3
    assert "2 raters; ask at least 30" in found.notes[0]
    assert "Wilson" in found.interval


def test_who_does_not_look_is_left_out_and_nobody_counts_twice(tmp_path: Path) -> None:
    paths, key = files(tmp_path, rated("a", 0.0), rated("b", 1.0, missed=1), rated("a", 1.0))
    found = read_answers(paths, key)
    assert [one.rater for one in found.votes] == ["a"]
    assert found.rate == 0.0
    assert "1 of 2 attention checks" in found.notes[0]
    assert "second file of one rater" in found.notes[1]
    with pytest.raises(ValueError, match="no answers can be counted"):
        read_answers(paths[1:2], key)


def test_raters_who_differ_widen_the_interval() -> None:
    alike = [Votes(str(i), 25, 50, 1.0) for i in range(20)]
    unlike = [Votes(str(i), 50 * (i % 2), 50, 1.0) for i in range(20)]
    widths = [high - low for _, low, high, _ in (deception(alike), deception(unlike))]
    assert 0.03 < widths[0] < 0.1
    assert widths[1] > 3 * widths[0]
    assert deception(alike) == deception(alike)


def test_damaged_and_foreign_files_are_refused(tmp_path: Path) -> None:
    other = study_of(REAL, FAKE, trials=8, checks=2, seed=1)
    twice = rated("a", 0.5)
    twice["answers"].append(twice["answers"][0])
    paths, key = files(tmp_path, rated("a", 0.5, study=other), twice, {"format": 1})
    with pytest.raises(ValueError, match="answers another study"):
        read_answers(paths[:1], key)
    with pytest.raises(ValueError, match="changed by hand or is damaged"):
        read_answers(paths[1:2], key)
    with pytest.raises(ValueError, match="is no file of answers: study: Field required"):
        read_answers(paths[2:], key)
    with pytest.raises(ValueError, match="is no key of a study"):
        read_answers(paths[1:2], paths[2])


def test_a_key_is_not_written_over(tmp_path: Path) -> None:
    page, key = write_study(STUDY, tmp_path / "new")
    assert (page.name, key.name) == (PAGE, KEY)
    assert page.read_text("utf-8") == STUDY.html
    assert write_study(STUDY, tmp_path / "new") == (page, key)
    with pytest.raises(ValueError, match="belongs to another study"):
        write_study(study_of(REAL, FAKE, trials=8, checks=2, seed=1), tmp_path / "new")

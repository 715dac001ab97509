"""Data that cannot be right is found before anybody learns from it; healthy data is not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from sparring.data.open import open_source
from sparring.data.points import points
from sparring.data.settings import DataSettings
from sparring.doctor.case import Setup
from sparring.doctor.lint.check import found
from sparring.doctor.lint.data import DATA
from sparring.doctor.lint.data.shown import Shown, shown_by
from sparring.doctor.remedies import REMEDIES
from sparring.play.game import Batch

COUNT, CLASSES = 640, 4


def heads(count: int = COUNT) -> tuple[Tensor, Tensor]:
    """Coloured pictures in [-1, 1] of four kinds, and their labels; the middle is orange, as skin is."""
    dice = torch.Generator().manual_seed(1)
    labels = torch.randint(CLASSES, (count,), generator=dice)
    images = 0.3 * torch.randn(count, 3, 8, 8, generator=dice) - 0.4
    images[:, :, 2:6, 2:6] += torch.tensor([1.2, 0.5, -0.1])[:, None, None]
    images += 0.3 * (labels.float()[:, None, None, None] - 1.5)
    return images.clamp(-1, 1), labels


@dataclass
class Given:
    """A source that shows these samples, shuffled anew in each pass as healthy ones do, or as they lie there."""

    images: Tensor
    given: Tensor | None = None
    kinds: int = CLASSES
    shuffle: str = "always"
    name: str = "given"
    fingerprint: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.images.shape[1:])

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(f"kind {number}" for number in range(self.kinds)) if self.given is not None else ()

    @property
    def count(self) -> int:
        return len(self.images)

    def facts(self) -> dict[str, object]:
        return {}

    def feed(self, batch: int, *, seed: int, rank: int = 0, world: int = 1, device: str = "cpu") -> GivenFeed:
        return GivenFeed(self, batch)


class GivenFeed:
    def __init__(self, source: Given, size: int):
        self.source, self.size = source, size
        self.roles = frozenset({"image"} if source.given is None else {"image", "label"})

    def batch(self, index: int) -> Batch:
        rows = [self.row(place) for place in range(index * self.size, (index + 1) * self.size)]
        image = self.source.images[rows]
        return Batch(image=image) if self.source.given is None else Batch(image=image, label=self.source.given[rows])

    def row(self, place: int) -> int:
        epoch, place = divmod(place, self.source.count)
        if self.source.shuffle == "never":
            return place
        seed = epoch if self.source.shuffle == "always" else 0
        return int(torch.randperm(self.source.count, generator=torch.Generator().manual_seed(seed))[place])


def rules(source: Given, reach: tuple[float, float] | None = (-1.0, 1.0)) -> dict[str, str]:
    shown = shown_by(source, 32, 0)
    assert shown is not None
    return told(Shown(**{**vars(shown), "reach": reach}))


def told(shown: Shown) -> dict[str, str]:
    """Severities by lint."""
    return {one.rule: one.severity for one in found(DATA, shown, Setup(adversarial="nonsaturating"))}


def test_healthy_images_are_fine() -> None:
    images, labels = heads()
    assert rules(Given(images)) == {}
    assert rules(Given(images, labels)) == {}
    assert rules(Given(images.mean(1, keepdim=True), labels)) == {}


def test_points_are_fine() -> None:
    shown = shown_by(points("ring"), 64, 0)
    assert shown is not None
    assert told(shown) == {}


def test_constant_data() -> None:
    images, _ = heads()
    assert rules(Given(torch.full_like(images, -1.0)))["constant-data"] == "alarm"
    assert rules(Given(images[:1].expand_as(images)))["constant-data"] == "alarm"
    assert rules(Given(images / 255 - 1))["constant-data"] == "alarm"  # divided twice
    assert rules(Given(torch.zeros(COUNT, 2)), None)["constant-data"] == "alarm"


def test_blank_images_and_empty_channels() -> None:
    images, _ = heads()
    some = images.clone()
    some[::10] = 1.0
    assert rules(Given(some)) == {"blank-images": "warning"}
    lost = images.clone()
    lost[:, 0] = -1.0
    assert rules(Given(lost))["dead-channel"] == "warning"


@pytest.mark.parametrize(
    ("change", "reach"),
    [
        (lambda x: (x + 1) / 2, (-1.0, 1.0)),
        (lambda x: (x + 1) * 127.5, (-1.0, 1.0)),
        (lambda x: (x + 1) * 127.5, None),
        (lambda x: x * 2.5, (-1.0, 1.0)),
        (lambda x: x, (0.0, 1.0)),
    ],
)
def test_wrong_ranges(change, reach: tuple[float, float] | None) -> None:
    images, _ = heads()
    assert rules(Given(change(images)), reach)["wrong-range"] == "alarm"


def test_ranges_that_fit() -> None:
    images, _ = heads()
    assert "wrong-range" not in rules(Given((images + 1) / 2), (0.0, 1.0))
    assert "wrong-range" not in rules(Given(images * 2), None)
    assert "wrong-range" not in rules(Given(2 * torch.randn(COUNT, 2)), None)
    assert "wrong-range" in rules(Given(2 * torch.randn(COUNT, 2)))  # points beyond a tanh


def test_swapped_channels() -> None:
    images, _ = heads()
    assert rules(Given(images.flip(1)))["swapped-channels"] == "warning"
    sky = images.clone()
    sky[:, :, :3] = torch.tensor([-0.2, 0.3, 0.9])[:, None, None]  # above the head
    assert "swapped-channels" not in rules(Given(sky))


@pytest.mark.slow  # they are drawn first
def test_the_builtin_heads_have_their_colours() -> None:
    source = open_source(DataSettings(spec="builtin:avatars-small", size=16, labels="none"))
    shown = shown_by(source, 64, 0)
    assert shown is not None
    assert "swapped-channels" not in told(shown)
    swapped = Shown(tuple(batch.flip(1) for batch in shown.batches))
    assert "swapped-channels" in told(swapped)


def test_gray_images_in_three_channels() -> None:
    images, _ = heads()
    assert rules(Given(images.mean(1, keepdim=True).expand_as(images))) == {"gray-as-colour": "info"}


def test_labels_off_by_one() -> None:
    images, labels = heads()
    assert rules(Given(images, labels + 1))["wrong-labels"] == "alarm"
    assert rules(Given(images, labels + 1, kinds=CLASSES + 1))["wrong-labels"] == "alarm"
    assert rules(Given(images, labels - 1))["wrong-labels"] == "alarm"
    one_hot = torch.nn.functional.one_hot(labels, CLASSES).float()
    assert rules(Given(images, one_hot))["wrong-labels"] == "alarm"


def test_a_label_off_by_one_is_explained() -> None:
    images, labels = heads()
    shown = shown_by(Given(images, labels + 1), 32, 0)
    assert shown is not None
    (finding,) = [one for one in found(DATA, shown, Setup()) if one.rule == "wrong-labels"]
    assert "They begin at 1 instead of 0" in finding.sentence
    assert finding.evidence[0].value == CLASSES
    assert finding.remedies[0].name == "data-fix"


def test_classes_that_are_missing_or_drown() -> None:
    images, labels = heads()
    known = Shown((images[:64],), (labels[:64],), CLASSES)
    counts = torch.tensor([500, 60, 0, 60])
    every = torch.arange(CLASSES).repeat_interleave(counts)
    assert told(Shown(**{**vars(known), "every_label": every})) == {"empty-class": "warning"}
    every = torch.arange(CLASSES).repeat_interleave(torch.tensor([500, 60, 20, 60]))
    assert told(Shown(**{**vars(known), "every_label": every})) == {"uneven-classes": "warning"}
    every = torch.arange(CLASSES).repeat_interleave(torch.tensor([50, 60, 7, 60]))
    assert told(Shown(**{**vars(known), "every_label": every})) == {"empty-class": "warning"}


def test_sorted_data() -> None:
    images, labels = heads()
    order = labels.argsort(stable=True)
    sick = rules(Given(images[order], labels[order], shuffle="never"))
    assert sick["sorted-data"] == "alarm"
    assert rules(Given(images[order], labels[order])) == {}


def test_sorted_data_without_labels() -> None:
    images, labels = heads()
    order = labels.argsort(stable=True)
    assert rules(Given(images[order], shuffle="never"))["unshuffled-data"] == "warning"
    assert rules(Given(images[order])) == {}


def test_data_that_is_shuffled_once() -> None:
    images, labels = heads()
    assert rules(Given(images, labels, shuffle="once")) == {"same-order": "warning"}
    assert rules(Given(images, shuffle="never")) == {"same-order": "warning"}


def test_copies_in_what_is_shown() -> None:
    images, _ = heads()
    assert told(Shown((images[:64].repeat_interleave(2, 0),)))["copies"] == "warning"
    assert "copies" not in told(Shown((images[:128],)))


def saved(folder: Path, pictures: list[Image.Image]) -> Path:
    folder.mkdir(parents=True)
    for number, picture in enumerate(pictures):
        picture.save(folder / f"{number}.png")
    return folder


def picture(size: tuple[int, int], seed: int, mode: str = "RGB") -> Image.Image:
    values = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], len(mode)), np.uint8)
    return Image.fromarray(values[..., 0] if mode == "L" else values, mode)


def packed(folder: Path, size: int = 16) -> dict[str, str]:
    source = open_source(DataSettings(spec=str(folder), size=size, validation=0.0))
    shown = shown_by(source, 32, 0)
    assert shown is not None
    return told(shown)


def test_folders_tell_what_their_files_were(tmp_path: Path) -> None:
    plain = [picture((16, 16), seed) for seed in range(40)]
    assert packed(saved(tmp_path / "plain", plain)) == {}
    assert packed(saved(tmp_path / "small", [picture((6, 6), seed) for seed in range(40)])) == {
        "enlarged-images": "warning"
    }
    wide = [picture((16, 16) if seed % 2 else (40, 16), seed) for seed in range(40)]
    assert "mixed-aspects" in packed(saved(tmp_path / "wide", wide))
    gray = [picture((16, 16), seed, "L" if seed % 4 else "RGB") for seed in range(40)]
    assert "mixed-gray" in packed(saved(tmp_path / "gray", gray))
    clear = [picture((16, 16), seed, "RGBA") for seed in range(40)]
    assert "transparent-images" in packed(saved(tmp_path / "clear", clear))
    assert packed(saved(tmp_path / "copies", [*plain, *plain[:8]]))["copies"] == "warning"
    (saved(tmp_path / "broken", [picture((16, 16), seed) for seed in range(200)]) / "x.png").write_bytes(b"no")
    assert packed(tmp_path / "broken") == {"broken-images": "info"}


def test_lints_have_names_of_their_own_and_known_remedies() -> None:
    assert len({lint.id for lint in DATA}) == len(DATA)
    assert {name for lint in DATA for name in lint.remedies} <= set(REMEDIES)

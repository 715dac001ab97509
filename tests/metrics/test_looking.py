"""What is seen of a set does not depend on how it comes: in which batches, layout and number of processes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.metrics.seen import Counted, facts, mean_colour, pair, pictures
from torch import Tensor, multiprocessing, nn

from sparring.metrics import looking
from sparring.metrics.features import FrozenNetwork, choose_extractor, extractor_of
from sparring.metrics.looking import look

EVERYTHING = frozenset({"features", "logits", "images"})


def batches(images: Tensor, size: int) -> list[tuple[Tensor, Tensor | None]]:
    return [(part, torch.arange(len(part))) for part in images.split(size)]


@pytest.fixture(scope="module")
def network() -> FrozenNetwork:
    """Deep enough that the company of an image shows in its last digits."""
    torch.manual_seed(0)
    layers = nn.Conv2d(3, 40, 3), nn.ReLU(), nn.Conv2d(40, 70, 3), nn.AdaptiveAvgPool2d(3), nn.Flatten()
    return extractor_of(nn.Sequential(*layers), name="layers", dims=630)


@pytest.mark.parametrize("size", [1, 7, 64, 200])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_batch_size_and_layout_change_no_bit(size: int, layout: torch.memory_format, network: FrozenNetwork) -> None:
    images = pictures(130, side=9)
    whole = look([(images, torch.arange(130))], network, keep=EVERYTHING)
    parts = look(batches(images.contiguous(memory_format=layout), size), network, keep=EVERYTHING)
    assert facts(whole).keys() == facts(parts).keys()
    for name, tensor in facts(whole).items():
        if name != "labels":  # each batch was labelled anew
            assert torch.equal(tensor, facts(parts)[name]), name


def test_moments_and_rows_are_those_of_all_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "BLOCK", 128)
    images = pictures(300)
    seen = look(batches(images, 50), mean_colour(), keep=EVERYTHING)
    rows = (images / 127.5 - 1).mean((2, 3))
    assert (seen.count, seen.moments.count) == (300, 300)
    assert seen.features is not None
    assert torch.allclose(seen.features, rows, atol=1e-6)
    assert torch.allclose(seen.moments.mean, rows.double().mean(0), atol=1e-7)
    assert torch.allclose(seen.moments.covariance, rows.double().T.cov(), atol=1e-7)
    assert seen.images is not None
    assert torch.equal(seen.images, images)
    assert seen.labels is not None
    assert torch.equal(seen.labels, torch.arange(50).repeat(6))
    assert seen.logits is None


def test_only_what_is_asked_for_is_kept_and_progress_is_told() -> None:
    done = list[int]()
    seen = look(batches(pictures(150), 40), mean_colour(), limit=130, progress=done.append)
    assert seen.features is None
    assert seen.images is None
    assert seen.count == 130
    assert seen.labels is not None
    assert len(seen.labels) == 130
    assert done == [64, 128, 130]


def test_a_limit_ends_an_endless_stream() -> None:
    drawn = list[int]()

    def endless():
        while True:
            drawn.append(1)
            yield pictures(30), None

    assert look(endless(), mean_colour(), limit=100, keep=frozenset({"features"})).count == 100
    assert len(drawn) == 4


def test_a_readable_set_says_who_it_is() -> None:
    shelf = Counted(pictures(70))
    seen = look(shelf, mean_colour(), keep=frozenset({"features"}))
    assert seen.names == shelf.names
    assert seen.fingerprint == "counted"
    assert shelf.asked == [(0, 64), (64, 70)]
    assert look(shelf, mean_colour(), limit=5).names == shelf.names[:5]


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        ([], "no images to look at"),
        ([(1, 8)], "A single image is no set"),
        ([(3, 8), (3, 9)], r"different shapes, \(3, 8, 8\) and \(3, 9, 9\)"),
    ],
)
def test_sets_that_are_none(images: list[tuple[int, int]], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        look([(pictures(count, side), None) for count, side in images], mean_colour())


def test_features_that_are_not_finite_name_the_image() -> None:
    images = pictures(100)
    images[77] = 0

    class Log(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return (x.mean((2, 3)) + 1).log()

    with pytest.raises(ValueError, match="The features logarithm are not finite for image 77"):
        look([(images, None)], extractor_of(Log(), name="logarithm", dims=3))


@pytest.mark.slow
def test_two_processes_see_what_one_sees(tmp_path: Path) -> None:
    multiprocessing.spawn(pair, args=(tmp_path,), nprocs=2)
    found = [torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in range(2)]
    alone = facts(look(Counted(pictures(200)), choose_extractor("pixels"), keep=frozenset({"features", "images"})))
    for one in found:
        for way in ("stream", "shelf", "first", "second"):
            assert one[way].keys() == alone.keys()
            for name, tensor in alone.items():
                assert torch.equal(one[way][name], tensor), (way, name)
        assert one["second reads"] == [(0, 200)]  # the images alone, which are not stored
    assert found[0]["asked"] == [(0, 64), (128, 192)]
    assert found[1]["asked"] == [(64, 128), (192, 200)]
    assert [one["trouble"] for one in found] == ["image 130 is broken"] * 2

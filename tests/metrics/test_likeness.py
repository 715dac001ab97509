from __future__ import annotations

import math

import pytest
import torch
from tests.parity.case import case
from torch import Tensor
from torchmetrics.functional.image import (
    multiscale_structural_similarity_index_measure,
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)

from sparring.metrics.likeness import likeness, luma, ms_ssim, psnr, ssim
from sparring.metrics.moments import moments_of
from sparring.metrics.sets import Beside, Seen, Sets


def pictures(n: int, side: int, channels: int = 3) -> Tensor:
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    waves = [((x * (i + 1) + y * (c + 2)) * 0.07).sin() for i in range(n) for c in range(channels)]
    return (torch.stack(waves).view(n, channels, side, side) * 100 + 128).to(torch.uint8)


def noisy(images: Tensor, deviation: float) -> Tensor:
    return (images + deviation * torch.randn(images.shape)).round().clamp(0, 255).to(torch.uint8)


def paired(images: Tensor, targets: Tensor) -> Sets:
    return Sets(Seen(len(images), moments_of(torch.zeros(0, 1)), images=images), beside=Beside(target=targets))


@pytest.mark.parametrize("crop", [0, 4])
@pytest.mark.parametrize("y", [False, True])
def test_values_of_super_resolution_tables(crop: int, y: bool) -> None:
    golden = case("sr_metrics")
    # Height, width and BGR to (1, RGB, height, width).
    sharp, restored = (golden.inputs[name].flip(2).permute(2, 0, 1)[None] for name in ("hr_bgr_u8", "sr_bgr_u8"))
    for name, measure in (("psnr", psnr), ("ssim", ssim)):
        wanted = float(golden.outputs[f"{name}_crop{crop}_y{int(y)}"])
        assert float(measure(restored, sharp, crop=crop, y=y)) == pytest.approx(wanted, rel=1e-5)
    assert torch.allclose(luma(sharp)[0, 0], golden.outputs["y_channel"].double() * 255, atol=1e-4)


def test_the_values_of_torchmetrics() -> None:
    images = pictures(2, 176)
    worse = noisy(images, 12)
    ours, theirs = images.double(), worse.double()
    means = [peak_signal_noise_ratio(a[None], b[None], data_range=255.0) for a, b in zip(theirs, ours, strict=True)]
    assert psnr(worse, images).tolist() == pytest.approx([float(one) for one in means], rel=1e-6)
    _, everywhere = structural_similarity_index_measure(
        theirs, ours, data_range=255.0, reduction="none", return_full_image=True
    )
    # It averages windows that hang over the edge, too; those that do not are ours.
    wanted = everywhere[..., 5:-5, 5:-5].mean((1, 2, 3))
    assert ssim(worse, images).tolist() == pytest.approx(wanted.tolist(), rel=1e-9)
    scales = multiscale_structural_similarity_index_measure(
        theirs, ours, data_range=255.0, reduction="none", normalize="relu"
    )
    assert ms_ssim(worse, images).tolist() == pytest.approx(scales.tolist(), rel=1e-3)


def test_one_level_of_difference_has_known_decibels() -> None:
    images = torch.full((2, 3, 16, 16), 100, dtype=torch.uint8)
    assert psnr(images, images + 1).tolist() == pytest.approx([48.1308] * 2, abs=1e-4)
    assert psnr(images, images + 1, y=True).tolist() == pytest.approx([49.4527] * 2, abs=1e-4)


def test_more_noise_is_less_alike_and_equal_is_one() -> None:
    images = pictures(2, 48)
    for measure in (psnr, ssim, ms_ssim):
        equal, little, much = (float(measure(noisy(images, d), images).mean()) for d in (0, 5, 40))
        assert equal > little > much
        left, right = images, noisy(images, 20)
        assert measure(left, right).tolist() == pytest.approx(measure(right, left).tolist())
    assert ssim(images, images).tolist() == pytest.approx([1, 1])
    assert ms_ssim(images, images).tolist() == pytest.approx([1, 1])
    assert psnr(images, images).tolist() == [math.inf, math.inf]


def test_what_makes_no_pairs_is_refused() -> None:
    images = pictures(2, 16)
    with pytest.raises(ValueError, match="type uint8"):
        psnr(images.float(), images.float())
    with pytest.raises(ValueError, match="no pairs"):
        ssim(images, images[:1])
    with pytest.raises(ValueError, match="leaves nothing"):
        psnr(images, images, crop=8)
    with pytest.raises(ValueError, match="windows of 11 pixels"):
        ssim(images, images, crop=3)
    with pytest.raises(ValueError, match="room for 1 scales of MS-SSIM, not 3"):
        ms_ssim(images, images, scales=3)


def test_scores_of_pairs() -> None:
    images = pictures(4, 48)
    worse = noisy(images, 10)
    worse[0] = images[0]
    scores = {one.name: one for one in likeness(paired(worse, images))}
    assert list(scores) == ["l1", "psnr", "ssim", "ms-ssim"]
    assert scores["l1"].value == pytest.approx(float((worse.double() - images.double()).abs().mean()) / 255)
    assert scores["psnr"].value == pytest.approx(float(psnr(worse[1:], images[1:]).mean()))
    assert "1 of 4 pairs are equal" in scores["psnr"].warnings[0]
    assert [math.isfinite(one) for one in scores["psnr"].each] == [False, True, True, True]
    assert "each" not in scores["psnr"].as_json()
    assert scores["ssim"].low < scores["ssim"].value < scores["ssim"].high
    assert dict(scores["ms-ssim"].protocol.settings)["scales"] == 3
    with pytest.raises(ValueError, match="no pairs"):
        likeness(paired(worse, images[:2]))
    tiny = pictures(2, 8)
    assert [one.name for one in likeness(paired(tiny, tiny))] == ["l1", "psnr"]

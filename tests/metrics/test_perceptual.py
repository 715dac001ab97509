from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torchmetrics.functional.image.lpips import _LPIPS

from sparring.metrics.perceptual import NAMES, choose_distance, heads_of, lpips_of

DICE = torch.Generator().manual_seed(0)


def pictures(n: int, side: int = 64) -> Tensor:
    coarse = torch.rand(n, 3, 8, 8, generator=DICE) * 2 - 1
    return F.interpolate(coarse, (side, side), mode="bicubic").clamp(-1, 1)


@pytest.mark.parametrize("net", ["alex", "vgg"])
def test_lpips_of_torchmetrics_with_the_same_random_backbone(net: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = _LPIPS(net=net, pnet_rand=True).eval()
    slices = [getattr(theirs.net, f"slice{number}") for number in range(1, 6)]
    state = {key: value for part in slices for key, value in part.state_dict().items()}
    ours = lpips_of(net, state, heads_of(net))
    left, right = pictures(2), pictures(2)
    with torch.no_grad():
        wanted = theirs(left, right, normalize=False).flatten()
    assert torch.allclose(ours(left, right), wanted, rtol=1e-4)
    assert ours.name == f"lpips-{net}"
    with pytest.raises(ValueError, match="at least 32 pixels, not 16"):
        ours(left[..., :16, :16], right[..., :16, :16])


@pytest.mark.parametrize("name", NAMES[2:])
def test_what_stands_in_behaves_like_a_distance(name: str) -> None:
    distance = choose_distance(name, device="cpu")
    left, right = pictures(3), pictures(3)
    assert distance(left, left).tolist() == [0, 0, 0]
    assert torch.allclose(distance(left, right), distance(right, left), rtol=1e-4)
    sharp = left + 0.3 * torch.randn(left.shape, generator=DICE)
    blurred = [F.avg_pool2d(sharp, size, 1, size // 2) for size in (3, 5, 9, 17)]
    rising = [float(distance(sharp, one).mean()) for one in blurred]
    assert rising == sorted(rising)
    assert rising[0] < rising[-1]
    small = [distance(left, left + step * right) for step in (1e-3, 2e-3)]
    assert (small[1] / small[0]).tolist() == pytest.approx([4, 4, 4], rel=0.2)


def test_gray_images_are_seen_in_three_channels() -> None:
    distance = choose_distance("perceptual-effnet-lite0", device="cpu")
    left, right = pictures(2)[:, :1], pictures(2)[:, :1]
    assert torch.allclose(distance(left, right), distance(left.repeat(1, 3, 1, 1), right.repeat(1, 3, 1, 1)))


def test_what_cannot_be_had_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(ValueError, match="needs torchvision's ImageNet weights"):
        choose_distance("lpips-vgg", device="cpu")
    assert choose_distance(device="cpu").name == "perceptual-effnet-lite0"
    with pytest.raises(ValueError, match="no perceptual distance 'vgg'; known: lpips-vgg"):
        choose_distance("vgg", device="cpu")
    with pytest.raises(ValueError, match="holds no weights of torchvision's alex"):
        lpips_of("alex", {}, ())


def test_wrong_inputs_are_refused() -> None:
    distance = choose_distance("perceptual-pixels", device="cpu")
    with pytest.raises(ValueError, match="not at bytes"):
        distance(torch.zeros(1, 3, 8, 8, dtype=torch.uint8), torch.zeros(1, 3, 8, 8, dtype=torch.uint8))
    with pytest.raises(ValueError, match="compares images"):
        distance(torch.zeros(1, 3, 8, 8), torch.zeros(2, 3, 8, 8))

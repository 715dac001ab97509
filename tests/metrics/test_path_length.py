from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from sparring.metrics.moments import moments_of
from sparring.metrics.path_length import lerp, pairs, path_length, path_lengths, shrunk, slerp, trimmed
from sparring.metrics.perceptual import choose_distance
from sparring.metrics.sets import Seen, Sets

DICE = torch.Generator().manual_seed(0)
MATRIX = torch.randn(6, 3 * 8 * 8, generator=DICE).double()
STARTS, ENDS = torch.randn(2, 500, 6, generator=DICE).double()


def squared(left: Tensor, right: Tensor) -> Tensor:
    return (left - right).flatten(1).square().sum(1)


def linear(z: Tensor) -> Tensor:
    return (z @ MATRIX).view(-1, 3, 8, 8)


def curved(z: Tensor) -> Tensor:
    return linear(z).sin()


def test_a_linear_generator_has_the_length_of_its_matrix() -> None:
    found = path_lengths(linear, STARTS, ENDS, squared)
    assert torch.allclose(found, ((ENDS - STARTS) @ MATRIX).square().sum(1), rtol=1e-6)


@pytest.mark.parametrize("along", [lerp, slerp])
def test_the_step_does_not_matter(along: object) -> None:
    assert along in (lerp, slerp)
    way = lerp if along is lerp else slerp
    short, long = (path_lengths(curved, STARTS, ENDS, squared, along=way, epsilon=e).mean() for e in (1e-4, 1e-3))
    assert float(short) == pytest.approx(float(long), rel=0.05)


def test_a_constant_generator_has_no_length() -> None:
    assert path_lengths(lambda z: linear(z * 0), STARTS, ENDS, squared).tolist() == [0.0] * 500


def test_the_end_is_the_start_of_the_path() -> None:
    """Of G(z) = z² the steps at t = 0 have the slope 2 z (z' - z)."""
    found = path_lengths(lambda z: z.square()[:, :, None, None], STARTS, ENDS, squared, sampling="end", epsilon=1e-6)
    assert torch.allclose(found, (2 * STARTS * (ENDS - STARTS)).square().sum(1), rtol=1e-3)
    with pytest.raises(ValueError, match="in `full` or at the `end`"):
        path_lengths(linear, STARTS, ENDS, squared, sampling="middle")  # type: ignore[arg-type]


def test_the_sphere_is_kept_to() -> None:
    ones = torch.ones(500).double()
    assert torch.allclose(slerp(STARTS, ENDS, 0 * ones), STARTS)
    assert torch.allclose(slerp(STARTS, ENDS, ones), ENDS)
    a, b = (one / one.norm(dim=1, keepdim=True) for one in (STARTS, ENDS))
    half = slerp(a, b, ones / 2)
    assert torch.allclose(half.norm(dim=1), ones)
    assert torch.allclose((half * a).sum(1), (half * b).sum(1))


def test_large_images_are_shrunk_and_outliers_left_out() -> None:
    assert shrunk(torch.rand(1, 3, 512, 512)).shape[2:] == (256, 256)
    assert shrunk(torch.rand(1, 3, 300, 300)).shape[2:] == (300, 300)
    assert trimmed(torch.arange(1000.0)).tolist()[::979] == [9.0, 988.0]


@dataclass
class Toy:
    """z to w by doubling, w to images."""

    latent: int = 6
    classes: tuple[str, ...] = ("one", "two")
    styled: bool = True

    def noise(self, n: int, *, seed: int = 0) -> Tensor:
        return torch.randn(n, 6, generator=torch.Generator().manual_seed(seed))

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.draw(self.styles(z, y))

    def styles(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        assert y is not None
        return 2 * z[:, None] + y[:, None, None]

    def draw(self, styles: Tensor) -> Tensor:
        return curved(styles[:, 0].double() * 0.02).float()


def test_scores_of_a_generator_with_styles() -> None:
    fake = Seen(0, moments_of(torch.zeros(0, 1)))
    distance = choose_distance("perceptual-pixels", device="cpu")
    scores = {s.name: s for s in path_length(Sets(fake, maker=Toy()), paths=60, distance=distance)}
    names = [f"ppl-{space}-{sampling}-perceptual-pixels" for space in "zw" for sampling in ("full", "end")]
    assert list(scores) == names
    assert all(s.low < s.value < s.high and s.protocol.features == "perceptual-pixels" for s in scores.values())
    plain = path_length(Sets(fake, maker=Toy(styled=False)), paths=60, distance=distance)
    assert [s.name for s in plain] == names[:2]
    assert plain[0].value == scores[names[0]].value
    with pytest.raises(ValueError, match="not on a folder"):
        path_length(Sets(fake), distance=distance)


def test_both_ends_of_a_path_have_one_label() -> None:
    parts = list(pairs(Toy(), 70, 0))
    assert [len(starts) for starts, _, _ in parts] == [32, 32, 6]
    assert all(labels is not None and len(labels) == len(starts) == len(ends) for starts, ends, labels in parts)

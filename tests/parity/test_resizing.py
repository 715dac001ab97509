"""Images come to a feature network's size exactly as in the libraries whose scores are published."""

from __future__ import annotations

import pytest
import torch
from cleanfid.resize import build_resizer
from tests.parity.case import case, error
from torch_fidelity.interpolate_compat_tensorflow import interpolate_bilinear_2d_like_tensorflow1x

from sparring.metrics.features.resizing import clean, cubic, tf1


def test_clean_resizing_is_clean_fids() -> None:
    vectors = case("cleanfid_resize")
    images = vectors.inputs["img_rgb_u8"].permute(2, 0, 1)[None]
    large = clean(images, 299)[0].permute(1, 2, 0)
    assert error(large[0:64, 100:180], vectors.outputs["crop_rows_0_64_cols_100_180"]) < 1e-6
    assert abs(float(large.double().mean() - vectors.outputs["mean"])) < 1e-5
    small = (cubic(64, 21) @ (images.float() @ cubic(80, 33).T)).clamp(0, 255)[0].permute(1, 2, 0)
    assert error(small, vectors.outputs["down_to_33x21"]) < 1e-6


@pytest.mark.parametrize("shape", [(32, 32), (298, 300), (299, 299), (400, 120), (1, 700)])
def test_clean_resizing_of_any_shape(shape: tuple[int, int]) -> None:
    images = torch.randint(0, 256, (1, 3, *shape), dtype=torch.uint8)
    theirs = torch.from_numpy(build_resizer("clean")(images[0].permute(1, 2, 0).numpy()))
    assert error(clean(images, 299)[0].permute(1, 2, 0), theirs) < 1e-6


@pytest.mark.parametrize("shape", [(32, 32), (299, 299), (400, 120), (1, 700)])
def test_tf1_resizing_is_equal_to_the_bit(shape: tuple[int, int]) -> None:
    images = torch.randint(0, 256, (2, 3, *shape), dtype=torch.uint8)
    theirs = interpolate_bilinear_2d_like_tensorflow1x(images.float(), size=(299, 299), align_corners=False)
    assert torch.equal(tf1(images, 299), theirs)

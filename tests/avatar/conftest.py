"""A portrait in the public domain, and who finds the face in it; tests of it are left out where it is missing."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution

import pytest
import torch
from PIL import Image
from torch import Tensor
from torchvision.transforms.v2.functional import pil_to_tensor

from sparring.avatar.detectors import DETECTORS
from sparring.avatar.face import Detector

HEAD = (slice(None), slice(0, 240), slice(100, 360))
"""Of the astronaut's picture: her head and shoulders, 240 x 260 pixels."""


@pytest.fixture(scope="session")
def astronaut() -> Tensor:
    """Eileen Collins, as NASA photographed her: (3, 240, 260) in [0, 1]."""
    try:
        file = distribution("scikit-image").locate_file("skimage/data/astronaut.png")
    except PackageNotFoundError:
        pytest.skip("scikit-image, which brings the astronaut's portrait, is not installed")
    with Image.open(str(file)) as image:
        return pil_to_tensor(image.convert("RGB")).float()[HEAD].div(255).contiguous()


@pytest.fixture(scope="session")
def mtcnn() -> Detector:
    return DETECTORS["mtcnn"]()


@pytest.fixture(scope="session")
def crowd(astronaut: Tensor) -> Tensor:
    """Her three times beside each other: as she is, mirrored, and at half the size; (3, 240, 780)."""
    small = torch.nn.functional.interpolate(astronaut[None], scale_factor=0.5, mode="bilinear", antialias=True)[0]
    corner = torch.nn.functional.pad(small, (65, 65, 60, 60), value=0.5)
    return torch.cat([astronaut, astronaut.flip(2), corner], 2)

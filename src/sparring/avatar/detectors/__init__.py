"""Who looks for faces: names to detectors, open to plugins."""

from __future__ import annotations

from collections.abc import Callable

from ...registry import Registry
from ..face import Detector
from .mtcnn import Mtcnn
from .whole import Whole

DETECTORS: Registry[Callable[[], Detector]] = Registry(
    "detector of faces", "sparring.detectors", {"mtcnn": Mtcnn, "whole": Whole}
)
"""Each is called once, and may say in a ValueError what must be installed first."""

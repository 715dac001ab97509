"""Which recipe, and at which size, suits data nobody chose a recipe for."""

from __future__ import annotations

from dataclasses import dataclass

from .preset import Facts

POWERS = (16, 32, 64, 128, 256)
LARGEST = {"cpu": 64, "mps": 128, "cuda": 256}
"""Pixels; above, a device of this kind takes days."""


@dataclass(frozen=True)
class Choice:
    """A recipe by name, and one line why."""

    name: str
    why: str


def choose(facts: Facts, device: str) -> Choice:
    """The recipe for data with these facts on a device of this type (cpu, mps, cuda)."""
    if facts.points:
        return Choice("gan", f"points in {facts.shape[0]} dimensions need no convolutions")
    seen = described(facts)
    if facts.source and facts.size % 4 == 0:
        return translation(facts, seen)
    if facts.size not in POWERS:
        if 16 <= facts.size <= 64 and facts.size % 4 == 0:
            return Choice("dcgan-dense", f"{seen}: its networks take sides that are no power of two")
        return Choice(
            "gan", f"{seen}: only fully connected networks take this side; --size 32 or 64 would allow better"
        )
    if device == "cpu":
        return Choice("dcgan-r1", f"{seen} on a CPU: of all that were compared it draws the best images in minutes")
    if facts.classes:
        return Choice("resnet-hinge", f"{seen}: a strong recipe, and it learns the classes too")
    return Choice("resnet-hinge", f"{seen}: a strong recipe at this size")


def translation(facts: Facts, seen: str) -> Choice:
    """Where there is something to start from."""
    if facts.paired:
        return Choice("pix2pix", f"{seen}, each with a source: what it shall become is known")
    return Choice("cyclegan", f"{seen}, and sources that are no pairs: what becomes of them must lead back to them")


def described(facts: Facts) -> str:
    """`1,707 images of 32 pixels in 10 classes`."""
    count = f"{facts.count:,} images" if facts.count is not None else "images"
    classes = f" in {facts.classes} classes" if facts.classes else ""
    return f"{count} of {facts.size} pixels{classes}"


SIDED = (
    "builtin:digits",
    "builtin:mnist-5k",
    *(f"torchvision:{name}" for name in ("MNIST", "QMNIST", "EMNIST", "KMNIST", "USPS", "SVHN")),
)
"""Sets whose pictures mean something else, or nothing, in the mirror."""


def sided(spec: str) -> bool:
    """Whether images of this data set must not be mirrored."""
    return any(spec == name or spec.startswith(f"{name}:") for name in SIDED)


def affordable_size(natural: int, device: str) -> int:
    """The largest side up to the natural one, in pixels, that a device of this type can be asked to train."""
    return min(natural, LARGEST.get(device, LARGEST["cuda"]))

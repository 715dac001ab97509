"""How many faces of real photos are found and aligned, how well identities tell people apart, and how long it takes.

    pip install 'sparring[faces,avatar]' scikit-image
    python benchmarks/avatar/finding.py [--photos FOLDER] [--out benchmarks/results/finding.json]

The 400 gray portraits of ORL are one face each. A face counts as aligned when the detector's own points and those
made of the 68 landmarks, which another network finds, differ by less than a fifth of the distance of the eyes on
average. `--photos`: pictures whose faces are only counted, such as the six in `demo/` of the npm package
@vladmandic/face-api.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import TypeVar

import torch
from PIL import Image
from torch import Tensor
from torchvision.transforms.v2.functional import pil_to_tensor

from sparring.avatar.detectors import DETECTORS
from sparring.avatar.face import Detector
from sparring.avatar.finding import find_faces
from sparring.avatar.identity import SAME, STRANGERS, identity_of
from sparring.avatar.landmarks import with_landmarks
from sparring.avatar.points import eye_distance
from sparring.data.builtin.faces import orl_faces
from sparring.play.adversarial import ranking

Found = TypeVar("Found")
ALIGNED = 0.2
"""Mean difference of both networks' five points, in distances of the eyes."""


def pixels(image: Image.Image) -> Tensor:
    return pil_to_tensor(image.convert("RGB")).float().div(255)


class Watch:
    """Seconds of the processor for everything that it times, by name: others may be at work."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def __call__(self, name: str, work: Callable[[], Found]) -> Found:
        started = time.process_time()
        found = work()
        self.seconds.setdefault(name, []).append(time.process_time() - started)
        return found

    def medians(self) -> dict[str, float]:
        return {name: round(statistics.median(values), 4) for name, values in self.seconds.items()}


def portraits(detector: Detector, watch: Watch) -> dict[str, object]:
    """Counts and identities of ORL."""
    counts, identities, people = {"pictures": 0, "one face": 0, "aligned": 0}, [], []
    apart, missed = list[float](), list[str]()
    for entry in orl_faces().entries():
        image = pixels(entry.load())
        found = watch("detect 92x112", lambda image=image: find_faces(image, detector))
        counts["pictures"] += 1
        counts["one face"] += len(found) == 1
        if not found:
            missed.append(entry.name)
            continue
        face = watch("68 landmarks", lambda image=image, one=found[0]: with_landmarks(image, one))
        away = float((face.points - found[0].points).norm(dim=1).mean()) / eye_distance(face.points)
        apart.append(away)
        counts["aligned"] += face.landmarks is not None and away < ALIGNED
        who = watch("identity", lambda image=image, points=face.points: identity_of(image, points))
        assert who is not None
        identities.append(who)
        people.append(entry.labels["person"])
    away = {"median": statistics.median(apart), "largest": max(apart)}
    return {**counts, "not found": missed, "points apart": away, **recognition(torch.stack(identities), people)}


def recognition(identities: Tensor, people: list[str]) -> dict[str, object]:
    """How well cosines tell pairs of one person from pairs of two."""
    numbers = torch.tensor([sorted(set(people)).index(one) for one in people])
    cosines = identities @ identities.T
    pairs = torch.triu(torch.ones_like(cosines, dtype=torch.bool), 1)
    one_person = numbers[:, None] == numbers[None]
    same, different = cosines[pairs & one_person], cosines[pairs & ~one_person]
    least = STRANGERS + SAME * (1 - STRANGERS)
    return {
        "auc": float(ranking(same, different)),
        "cosine of one person": [float(same.mean()), float(same.std())],
        "cosine of two people": [float(different.mean()), float(different.std())],
        "threshold": least,
        "accepted of one person": float((same > least).float().mean()),
        "accepted of two people": float((different > least).float().mean()),
    }


def photos(files: list[Path], detector: Detector, watch: Watch) -> list[dict[str, object]]:
    """What is found in large photos."""
    rows = []
    for file in files:
        with Image.open(file) as opened:
            image = pixels(opened)
        found = watch("detect in a photo", lambda image=image: find_faces(image, detector))
        understood = [with_landmarks(image, face) for face in found]
        widths = [round(face.width) for face in found]
        marked = sum(face.landmarks is not None for face in understood)
        rows.append({"photo": file.name, "size": list(image.shape[:0:-1]), "widths": widths, "with landmarks": marked})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    detector, watch = DETECTORS["mtcnn"](), Watch()
    files = [Path(str(distribution("scikit-image").locate_file("skimage/data/astronaut.png")))]
    if given.photos:
        files += sorted(path for path in given.photos.iterdir() if path.suffix.lower() in (".jpg", ".jpeg"))
    results = {"portraits": portraits(detector, watch), "photos": photos(files, detector, watch)}
    results |= {"seconds": watch.medians(), "threads": given.threads, "torch": torch.__version__}
    text = json.dumps(results, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""How fast images become features and folders become an FID, against torch-fidelity and pytorch-fid, in one run.

All read the same files or tensors and use the same random weights. The three take turns; a ratio is of neighbours, and
the median of ratios is reported. `--seconds processor` counts the processor's time of this process and its children
where other programs want the cores too. `--memory` instead scores 50,000 images of 32 x 32 with 2,048 features and
says what this process needed at most.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.metrics.inceptions import random_state

from sparring.metrics.features import choose_extractor, extractor_of
from sparring.metrics.folders import FolderImages
from sparring.metrics.frechet import frechet
from sparring.metrics.looking import Images, look

Clock = Callable[[], float]
Run = Callable[[], float]


def processor() -> float:
    """Seconds of this process and of its children that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without the others' progress bars and warnings."""
    with (
        open(os.devnull, "w") as nowhere,
        contextlib.redirect_stderr(nowhere),
        contextlib.redirect_stdout(nowhere),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def pytorch_fid_network(state: dict[str, Tensor]) -> nn.Module:
    from pytorch_fid import inception

    inception.load_state_dict_from_url = lambda *_, **__: state
    with quiet():
        return inception.InceptionV3([3]).eval()


def extraction(images: Tensor, weights: Path, batch: int) -> dict[str, Run]:
    """Each answers with the mean of all features, so that none can be left out."""
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    ours = choose_extractor("inception", weights=weights)
    fidelity = FeatureExtractorInceptionV3("inception-v3-compat", ["2048"], str(weights))
    fid = pytorch_fid_network(random_state())

    def all_of(features: Callable[[Tensor], Tensor]) -> Run:
        def run() -> float:
            with torch.no_grad():
                return float(torch.cat([features(part) for part in images.split(batch)]).double().mean())

        return run

    return {
        "sparring": all_of(lambda part: ours(part)[0]),
        "torch-fidelity": all_of(lambda part: fidelity(part)[0]),
        "pytorch-fid": all_of(lambda part: fid(part / 255)[0].flatten(1)),
    }


def whole(one: Path, other: Path, weights: Path, batch: int) -> dict[str, Run]:
    """From two folders to their distance, with nothing made before."""

    def sparring() -> float:
        network = choose_extractor("inception", weights=weights)
        seen = [look(FolderImages(folder), network) for folder in (one, other)]
        return frechet(seen[0].moments, seen[1].moments)

    def fidelity() -> float:
        from torch_fidelity import calculate_metrics

        with quiet():
            found = calculate_metrics(
                input1=str(one), input2=str(other), fid=True, cuda=False, cache=False, verbose=False, batch_size=batch,
                feature_extractor_weights_path=str(weights),
            )  # fmt: skip
        return found["frechet_inception_distance"]

    def fid() -> float:
        from pytorch_fid.fid_score import calculate_frechet_distance, compute_statistics_of_path

        with quiet():
            network = pytorch_fid_network(random_state())
            workers = min(os.cpu_count() or 1, 8)  # as its command line chooses
            seen = [compute_statistics_of_path(str(f), network, batch, 2048, "cpu", workers) for f in (one, other)]
            return float(calculate_frechet_distance(*seen[0], *seen[1]))

    return {"sparring": sparring, "torch-fidelity": fidelity, "pytorch-fid": fid}


def take_turns(runs: dict[str, Run], repeats: int, clock: Clock) -> dict[str, object]:
    """Seconds of each, what each answered, and the ratios of each peer's to ours."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    answers = dict[str, float]()
    for repeat in range(repeats):
        for name, run in runs.items() if repeat % 2 == 0 else reversed(runs.items()):
            start = clock()
            answers[name] = run()
            seconds[name].append(clock() - start)
            print(f"  {name:15} {seconds[name][-1]:8.2f} s  answer {answers[name]:.6g}", flush=True)
    ratios = {
        name: [theirs / ours for theirs, ours in zip(times, seconds["sparring"], strict=True)]
        for name, times in seconds.items()
        if name != "sparring"
    }
    for name, found in ratios.items():
        print(f"  {name} takes {statistics.median(found):.2f}x as long ({min(found):.2f} to {max(found):.2f})")
    return {"seconds": seconds, "answers": answers, "ratios": ratios}


def write_folder(folder: Path, count: int, size: int, seed: int) -> Path:
    """Smooth random pictures, so that they compress as pictures do."""
    dice = np.random.default_rng(seed)
    folder.mkdir()
    for number in range(count):
        small = Image.fromarray(dice.integers(0, 256, (size // 8, size // 8, 3), dtype=np.uint8))
        small.resize((size, size), Image.Resampling.BICUBIC).save(folder / f"{number:05}.png")
    return folder


class Drawn:
    """50,000 small images that exist only while they are looked at."""

    fingerprint, names = "drawn", ()

    def __init__(self, count: int, seed: int):
        self.count, self.seed = count, seed

    def read(self, start: int, stop: int) -> Images:
        dice = torch.Generator().manual_seed(self.seed + start)
        return torch.randint(0, 256, (stop - start, 3, 32, 32), dtype=torch.uint8, generator=dice), None


def peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def memory(weights: Path, count: int, seen_by_inception: int) -> dict[str, object]:
    """Two sets to their Fréchet distance, without rows and then with those of one set kept.

    The first images go through Inception itself, which needs the same for any number of them, then all through a
    projection to as many features, which takes minutes and not an hour.
    """
    import sparring.metrics.suite  # noqa: F401 - what a score loads counts too

    print(f"  {peak_gib():.2f} GiB before anything is seen", flush=True)
    network = choose_extractor("inception", weights=weights)
    look(Drawn(seen_by_inception, 0), network)
    print(f"  {peak_gib():.2f} GiB after {seen_by_inception} images through Inception", flush=True)
    torch.manual_seed(0)
    quick = nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(768, 2048), nn.ReLU())
    projection = extractor_of(quick, name="projection", dims=2048)
    real, fake = (look(Drawn(count, seed), projection) for seed in (0, count))
    distance, moments_only = frechet(real.moments, fake.moments), peak_gib()
    print(f"  {moments_only:.2f} GiB after the distance {distance:.3g} of two sets of {count}", flush=True)
    look(Drawn(count, count), projection, keep=frozenset({"features"}))
    print(f"  {peak_gib():.2f} GiB after the rows of one were kept", flush=True)
    return {"moments_only": moments_only, "with_rows_of_one": peak_gib(), "count": count}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=128, help="through the network alone")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--folder-images", type=int, default=2000, help="in each of two folders; 0 = leave it out")
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--whole-repeats", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0, help="0 = as many as torch chooses")
    parser.add_argument("--seconds", choices=("clock", "processor"), default="clock")
    parser.add_argument("--memory", type=int, default=0, help="images; only this is measured then")
    parser.add_argument("--out", type=Path, help="JSON")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    clock = time.perf_counter if args.seconds == "clock" else processor
    facts: dict[str, object] = {
        "machine": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "settings": {name: str(value) for name, value in vars(args).items() if name != "out"},
        "load": os.getloadavg(),
    }
    with tempfile.TemporaryDirectory() as place:
        weights = Path(place) / "random.pth"
        torch.save(random_state(), weights)
        if args.memory:
            facts["memory"] = memory(weights, args.memory, 128)
        else:
            dice = torch.Generator().manual_seed(0)
            images = torch.randint(0, 256, (args.images, 3, args.size, args.size), dtype=torch.uint8, generator=dice)
            print(f"{args.images} images of {args.size} x {args.size} through the network")
            facts["extraction"] = take_turns(extraction(images, weights, args.batch), args.repeats, clock)
        if args.folder_images and not args.memory:
            one, other = (write_folder(Path(place) / n, args.folder_images, args.size, s) for s, n in enumerate("ab"))
            print(f"FID of two folders of {args.folder_images}")
            facts["whole"] = take_turns(whole(one, other, weights, args.batch), args.whole_repeats, clock)
    facts["load_after"] = os.getloadavg()
    if args.out:
        args.out.write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()

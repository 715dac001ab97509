"""A page that shows people pairs of a real and a generated image and asks which is real (two alternatives, forced).

One file without a network: images, style and script lie in it, and its own security policy forbids anything else. It
does not hold the solution. Images have random names; what each is stands in a key, which the asker keeps. The order of
pairs and the side of each image are drawn anew for every rater.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor

FORMAT = 1
TRIALS, CHECKS = 50, 5
LEAST = 2  # pairs
QUESTION = "Which of the two is real?"

What = Literal["real", "fake", "check"]


@dataclass(frozen=True)
class Study:
    """The page for raters, and the key to it, which raters must not see."""

    html: str
    key: str
    """JSON: format, study, exposure_ms, what each image is, and how many pairs are scored and how many are checks."""


def study_of(
    real: Tensor,
    fake: Tensor,
    *,
    trials: int = TRIALS,
    checks: int = CHECKS,
    exposure_ms: int = 0,
    enlarge: int = 1,
    question: str = QUESTION,
    seed: int = 0,
) -> Study:
    """From real and generated images (n, 1 or 3, height, width) uint8 of one size.

    At most `trials` pairs, no image twice, and `checks` pairs with a scrambled image, which nobody takes for real who
    looks. `exposure_ms`: how long a pair is seen; 0 = until the answer. Images have their own size on the screen, times
    the whole number `enlarge`. ValueError for images that differ in size or type, and for numbers out of range.
    """
    check_study(real, fake, trials, checks, exposure_ms, enlarge)
    dice = np.random.default_rng(seed)
    pairs = paired(real, fake, trials, checks, dice)
    what, images, listed = dict[str, str](), dict[str, str](), list[list[str]]()
    for kind, wrong, right in pairs:
        names = [dice.bytes(6).hex() for _ in range(2)]
        what |= {names[0]: kind, names[1]: "real"}
        images |= {names[0]: png(wrong), names[1]: png(right)}
        listed.append(sorted(names))
    number = hashlib.sha256(json.dumps(sorted(what)).encode()).hexdigest()[:16]
    height, width = real.shape[2:]
    facts = {"format": FORMAT, "study": number, "exposure_ms": exposure_ms}
    key = {**facts, "what": what, "pairs": len(pairs) - checks, "checks": checks}
    # Sorted by random names: the order in which they were made tells which is which.
    shown = {"width": width * enlarge, "height": height * enlarge, "pairs": sorted(listed)}
    script = {**facts, **shown, "images": dict(sorted(images.items()))}
    return Study(page(json.dumps(script), question, len(pairs), exposure_ms), json.dumps(key, indent=1))


def paired(
    real: Tensor, fake: Tensor, trials: int, checks: int, dice: np.random.Generator
) -> list[tuple[What, Tensor, Tensor]]:
    """What the wrong image is, the wrong image, and the real one; no real image is in two pairs."""
    count = min(trials, len(real) - checks, len(fake))
    ours, theirs = (torch.from_numpy(dice.permutation(len(one))) for one in (fake, real))
    pairs: list[tuple[What, Tensor, Tensor]] = [("fake", fake[ours[i]], real[theirs[i]]) for i in range(count)]
    pairs.extend(("check", scrambled(real[theirs[i]], dice), real[theirs[count + i]]) for i in range(checks))
    return pairs


def check_study(real: Tensor, fake: Tensor, trials: int, checks: int, exposure_ms: int, enlarge: int) -> None:
    for images in (real, fake):
        if images.dtype != torch.uint8 or images.dim() != 4 or images.shape[1] not in (1, 3):
            raise ValueError(
                f"people are shown images (n, 1 or 3, height, width) of type uint8, not shape {tuple(images.shape)} of "
                f"type {images.dtype}"
            )
    if real.shape[1:] != fake.shape[1:]:
        sizes = f"{tuple(real.shape[1:])} and {tuple(fake.shape[1:])}"
        raise ValueError(f"real and generated images must not be told apart by size or colour, and have {sizes}")
    if checks < 0 or exposure_ms < 0 or enlarge < 1:
        raise ValueError("checks and exposure_ms cannot be negative, and enlarge is a whole number from 1 on")
    if min(trials, len(real) - checks, len(fake)) < LEAST:
        raise ValueError(
            f"a study needs at least {LEAST} pairs and {checks} real images for attention checks, and there are "
            f"{len(real)} real and {len(fake)} generated images for {trials} pairs"
        )


def scrambled(image: Tensor, dice: np.random.Generator) -> Tensor:
    """The same colours in random places."""
    places = torch.from_numpy(dice.permutation(image[0].numel()))
    return image.flatten(1)[:, places].view_as(image)


def png(image: Tensor) -> str:
    """An image (channels, height, width) uint8 as base64, without any metadata."""
    values, memory = image.permute(1, 2, 0).contiguous().numpy(), io.BytesIO()
    Image.fromarray(values[..., 0] if values.shape[2] == 1 else values).save(memory, "PNG")
    return base64.b64encode(memory.getvalue()).decode()


def page(data: str, question: str, pairs: int, exposure_ms: int) -> str:
    """The template with everything in its place; only the script with this very text may run."""
    code, style, html = (Path(__file__).with_suffix(f".{end}").read_text("utf-8") for end in ("js", "css", "html"))
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    timed = f"Each pair is seen for {exposure_ms / 1000:g} seconds only." if exposure_ms else "Take the time you need."
    places = {
        "{{policy}}": f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'",
        "{{style}}": style,
        "{{question}}": escape(question),
        "{{pairs}}": str(pairs),
        "{{timed}}": timed,
        "{{data}}": data.replace("<", "\\u003c"),
        "{{code}}": code,
    }
    for place, text in places.items():
        html = html.replace(place, text)
    return html

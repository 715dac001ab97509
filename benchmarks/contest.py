"""A recipe at play without a run folder: what the benchmarks of methods have in common."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor, nn

from sparring.data.feed import Source
from sparring.play.engine import Engine
from sparring.recipes.assemble import assemble
from sparring.recipes.recipe import Recipe


def enter(recipe: Recipe, source: Source, seed: int) -> Engine:
    """An engine ready for its first round; weights, noise and data follow from `seed`."""
    recipe = replace(recipe, train=replace(recipe.train, seed=seed))
    game = assemble(recipe, source.shape, 0)
    return Engine(game, source.feed(recipe.train.batch, seed=seed), seed=seed)


def generator(engine: Engine, averaged: bool = True) -> nn.Module:
    """The averaged copy where the recipe keeps one and it is wanted, or else the latest weights."""
    learner = engine.learners["generator"]
    network = learner.average.copies[0] if learner.average and averaged else learner.player.modules[0]
    assert isinstance(network, nn.Module)
    return network


@torch.no_grad()
def samples(
    engine: Engine, recipe: Recipe, count: int, seed: int = 1_000_000, batch: int = 500, averaged: bool = True
) -> Tensor:
    """(count, *shape) float32, as a user would get them: from a generator in evaluation mode."""
    network, dice = generator(engine, averaged), torch.Generator().manual_seed(seed)
    training, state = network.training, torch.get_rng_state()
    torch.manual_seed(seed)  # of noise inside the network
    network.eval()
    shape = (count, recipe.game.latent)
    z = (
        torch.rand(shape, generator=dice) * 2 - 1
        if recipe.game.prior == "uniform"
        else torch.randn(shape, generator=dice)
    )
    found = torch.cat([network(part) for part in z.split(batch)])
    network.train(training)
    torch.set_rng_state(state)
    return found


def sheet(images: Tensor, columns: int) -> Image.Image:
    """(n, 1 or 3, side, side) in [-1, 1] as one picture, row by row."""
    n, _, side, _ = images.shape
    images = images[: n // columns * columns].expand(-1, 3, -1, -1)
    pixels = ((images.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    rows = pixels.reshape(-1, columns, side, side, 3).swapaxes(1, 2).reshape(-1, columns * side, 3)
    return Image.fromarray(rows)


def scatter(points: np.ndarray, reach: float, side: int, colour: tuple[int, int, int]) -> Image.Image:
    """Points (n, 2) within [-reach, reach] in both directions, on white; where many lie, the ink is darker."""
    cells = np.floor((points / reach + 1) / 2 * side).astype(int)
    cells = cells[((cells >= 0) & (cells < side)).all(1)]
    ink = np.zeros((side, side))
    for x, y in ((0, 0), (1, 0), (0, 1), (1, 1)):  # dots of 2x2 pixels
        np.add.at(ink, (np.clip(side - 1 - cells[:, 1] + y, 0, side - 1), np.clip(cells[:, 0] + x, 0, side - 1)), 1)
    share = (1 - np.exp(-0.7 * ink))[:, :, None]
    return Image.fromarray((255 * (1 - share) + np.array(colour) * share).astype(np.uint8))


def surface(values: np.ndarray, side: int) -> Image.Image:
    """A critic's logits on a grid (rows from top to bottom): blue is low, white the median, red is high."""
    low, middle, high = np.quantile(values, [0.02, 0.5, 0.98])
    share = np.where(
        values < middle, (values - middle) / (middle - low + 1e-9), (values - middle) / (high - middle + 1e-9)
    )
    share = share.clip(-1, 1)[:, :, None]
    cold, warm = np.array([40, 90, 180.0]), np.array([190, 40, 45.0])
    end = np.where(share < 0, cold, warm)
    picture = Image.fromarray((255 + (end - 255) * abs(share)).astype(np.uint8))
    return picture.resize((side, side), Image.Resampling.BILINEAR)


def arrange(
    rows: list[tuple[str, list[Image.Image]]], titles: list[str], margin: int = 110, gap: int = 4
) -> Image.Image:
    """Rows of pictures with a name on the left, and titles on top."""
    across = [max(row[column].width for _, row in rows if column < len(row)) for column in range(len(rows[0][1]))]
    down = [max(picture.height for picture in row) for _, row in rows]
    whole = Image.new("RGB", (margin + sum(across) + gap * len(across), 18 + sum(down) + gap * len(down)), "white")
    pen = ImageDraw.Draw(whole)
    for column, title in enumerate(titles):
        pen.text((margin + sum(across[:column]) + gap * column + 2, 3), title, fill="black")
    top = 18
    for (name, pictures), height in zip(rows, down, strict=True):
        pen.text((2, top + height // 2 - 6), name, fill="black")
        left = margin
        for picture, width in zip(pictures, across, strict=False):
            whole.paste(picture, (left, top))
            left += width + gap
        top += height + gap
    return whole


def save(picture: Image.Image, path: Path) -> None:
    """A PNG of few colours: small, and good enough to look at."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)

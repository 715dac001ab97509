from __future__ import annotations

import numpy as np
import pytest
import torch

from sparring.data.feed import Source
from sparring.data.points import grid_centres, points, ring_centres


def drawn(kind: str, batches: int = 40, size: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    feed = points(kind).feed(size, seed=3)
    found = [feed.batch(index) for index in range(batches)]
    labels = [b.label.numpy() for b in found] if "label" in feed.roles else [np.zeros(size, np.int64)] * batches
    return np.concatenate([b.image.numpy() for b in found]), np.concatenate(labels)


def test_the_ring_has_eight_places_evenly_on_a_circle() -> None:
    centres = ring_centres()
    assert len(np.unique(centres.round(9), axis=0)) == 8
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 1)
    np.testing.assert_allclose(centres[0], [1, 0], atol=1e-12)
    np.testing.assert_allclose(centres[1], [np.sqrt(0.5), np.sqrt(0.5)])
    gaps = np.linalg.norm(centres - np.roll(centres, 1, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 2 * np.sin(np.pi / 8))


def test_the_grid_has_25_places() -> None:
    assert {tuple(c) for c in grid_centres().tolist()} == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}


@pytest.mark.parametrize(("kind", "std"), [("ring", 0.02), ("grid", 0.05)])
def test_every_mode_has_its_mean_spread_and_share(kind: str, std: float) -> None:
    source = points(kind)
    where, labels = drawn(kind)
    assert source.std == std
    modes = len(source.centres)
    assert source.classes == tuple(f"mode {number}" for number in range(modes))
    for mode in range(modes):
        mine = where[labels == mode]
        expected = len(where) / modes
        assert abs(len(mine) - expected) < 5 * np.sqrt(expected)
        np.testing.assert_allclose(mine.mean(axis=0), source.centres[mode], atol=5 * std / np.sqrt(len(mine)))
        np.testing.assert_allclose(mine.std(axis=0), std, rtol=0.12)
    within = np.linalg.norm(where - source.centres[labels], axis=1) <= 3 * std
    assert abs(within.mean() - (1 - np.exp(-4.5))) < 0.003  # what is called a sample of high quality


def test_the_two_axes_of_a_mode_are_independent() -> None:
    where, labels = drawn("grid")
    off = where - points("grid").centres[labels]
    assert abs(np.corrcoef(off.T)[0, 1]) < 0.02


def test_the_swiss_roll_is_the_spiral() -> None:
    where, _ = drawn("swiss-roll", batches=4)
    radius = np.linalg.norm(where, axis=1)
    turn = radius * 7.5
    angle = np.arctan2(where[:, 1], where[:, 0])
    # On the spiral the distance is the angle; the noise across is 1/30 of a unit.
    off = (turn - angle + np.pi) % (2 * np.pi) - np.pi
    assert np.abs(off[radius > 1]).mean() < 0.35
    assert radius.min() + 0.15 > 0.5
    assert radius.max() < 4.5 * np.pi / 7.5 + 0.2
    feed = points("swiss-roll").feed(8, seed=0)
    assert feed.roles == feed.batch(0).roles == {"image"}


@pytest.mark.parametrize("kind", ["ring", "grid", "swiss-roll"])
def test_a_batch_depends_on_seed_and_number_alone(kind: str) -> None:
    source = points(kind)
    assert isinstance(source, Source)
    straight, other = source.feed(16, seed=5), source.feed(16, seed=5)
    all_of_them = [straight.batch(index).image for index in range(6)]
    for index in (4, 0, 5):
        assert torch.equal(other.batch(index).image, all_of_them[index])
    assert not torch.equal(all_of_them[0], all_of_them[1])
    assert not torch.equal(source.feed(16, seed=6).batch(0).image, all_of_them[0])
    assert all_of_them[0].dtype == torch.float32
    assert straight.size == 16


def test_processes_share_one_batch() -> None:
    source = points("ring")
    whole = source.feed(12, seed=1).batch(7)
    parts = [source.feed(12, seed=1, rank=rank, world=3).batch(7) for rank in range(3)]
    assert torch.equal(torch.cat([part.image for part in parts]), whole.image)
    assert torch.equal(torch.cat([part.label for part in parts]), whole.label)
    with pytest.raises(ValueError, match="cannot be split"):
        source.feed(12, seed=1, world=5)


def test_the_numbers_stay_the_same_for_ever() -> None:
    """Recorded: a run that resumes under another numpy must see the same points."""
    image = points("ring").feed(4, seed=1).batch(2).image
    torch.testing.assert_close(image, torch.tensor(RECORDED), rtol=0, atol=1e-6)


RECORDED = [[-0.7058986, 0.6906244], [-0.0093645, 0.9764673], [1.0184602, -0.019342], [-0.015525, -0.9916266]]


def test_another_spread_is_another_set() -> None:
    assert points("ring", std=0.1).fingerprint != points("ring").fingerprint == points("ring").fingerprint
    assert points("grid").fingerprint != points("ring").fingerprint
    facts = points("grid").facts()
    assert len(facts["modes"]) == 25  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Did you mean 'ring'"):
        points("rings")

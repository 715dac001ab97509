"""What is told for information: readings that people ask for, with what they do and do not mean."""

from __future__ import annotations

import pytest

from .healthy import finding, found
from .players import STUCK, around, losses_alone, played, setup


@pytest.mark.parametrize(
    ("accuracy", "words"),
    [
        (0.3, "worse than guessing"),
        (0.5, "it is guessing"),
        (0.7, "middle of a healthy training"),
        (0.88, "nothing to worry about"),
        (0.99, "dominates"),
    ],
)
def test_accuracy_is_explained_with_both_ideals(accuracy: float, words: str):
    told = finding(played(accuracy=accuracy), "critic-accuracy")
    assert told.severity == "info"
    assert words in told.sentence
    assert "50%" in told.sentence
    assert "60 to 80%" in told.sentence


def test_a_wasserstein_critic_has_no_accuracy():
    assert "critic-accuracy" not in found(played(setup("wasserstein")))


def test_the_ratio_of_losses_is_held_against_a_half_where_both_parts_are_added():
    (evidence,) = finding(losses_alone(critic_loss=1.386, generator_loss=0.9), "loss-ratio").evidence
    assert (evidence.bound, evidence.side) == (0.5, "above")
    assert evidence.value == pytest.approx(0.9 / 1.386)
    assert not finding(losses_alone(), "loss-ratio").remedies


@pytest.mark.parametrize("adversarial", ["wasserstein", "hinge", "relativistic", "minimax"])
def test_where_losses_have_no_common_scale_their_ratio_is_not_told(adversarial: str):
    assert "loss-ratio" not in found(losses_alone(setup(adversarial)))


def test_steady_losses_are_good_news_unless_samples_are_bad():
    assert finding(played(), "healthy-band").severity == "info"
    assert "healthy-band" not in found(played(**STUCK))


def test_losses_that_drift_or_swing_widely_are_not_steady():
    assert "healthy-band" not in found(played(generator_loss=lambda t: 0.5 + 2 * t))
    assert "healthy-band" not in found(played(critic_loss=around(1.0, 0.9)))

"""Every signal by name: what it is, and where its values come from. Rules ask for them by these names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Signal:
    """One entry of the list."""

    about: str
    source: Literal["turns", "probe", "scores"]
    """Every turn's readings; a look at the networks now and then; scores of the generator."""


def turn(about: str) -> Signal:
    return Signal(about, "turns")


def probe(about: str) -> Signal:
    return Signal(about, "probe")


SIGNALS: dict[str, Signal] = {
    # What turns measure, before the update they lead to; means over the rounds of a line.
    "critic_loss": turn("the discriminator's adversarial loss, real and fake parts added, without penalties"),
    "generator_loss": turn("the generator's adversarial loss, without other terms"),
    "penalty": turn("the discriminator's weighted penalties, added up"),
    "real_logit": turn("mean logit on real samples"),
    "fake_logit": turn("mean logit on fakes"),
    "sign_real": turn("mean sign of the logit on real samples: 1 when all are called real (r_t of ADA)"),
    "accuracy": turn("share of right verdicts at the loss's own threshold"),
    "auc": turn("probability that a random real sample scores above a random fake"),
    "critic_gradient": turn("norm of the gradient of the discriminator's loss with respect to its weights"),
    "penalty_gradient": turn("the same in turns that pay lazy penalties alone, multiplied as they are"),
    "generator_gradient": turn("norm of the gradient of the generator's loss with respect to its weights"),
    "critic_rate": turn("learning rate of the discriminator"),
    "generator_rate": turn("learning rate of the generator"),
    "nonfinite": turn("infinite or undefined updates since the line before; undefined itself where one ended the run"),
    # The discriminator, looked at in evaluation mode, without augmentation.
    "training_logit": probe("mean logit on real images that it trains on"),
    "held_out_logit": probe("mean logit on real images that it has never seen"),
    "probe_fake_logit": probe("mean logit on fresh fakes"),
    "memory_gap": probe("(training - held out) / (training - fake) of mean logits: how much it knows by heart"),
    "label_effect": probe("change of its logits when labels are exchanged, over their standard deviation"),
    "label_sense": probe("how much higher its logits are with right labels than with wrong ones, over their spread"),
    "clipped_share": probe("share of its weights that lie at the clipping bound"),
    "batch_effect": probe("accuracy on batches of reals and fakes mixed, minus accuracy on separate ones"),
    # How the players move.
    "input_gradient": probe("norm of the gradient of the generator's loss at a fake, per sample, mean over fakes"),
    "critic_update": probe("size of one update of the discriminator over the size of its weights"),
    "generator_update": probe("size of one update of the generator over the size of its weights"),
    "critic_still": probe("share of the discriminator's parameters without a gradient, or with none but zeros"),
    "generator_still": probe("share of the generator's parameters without a gradient, or with none but zeros"),
    # The samples that people will get (averaged weights where there are any), against real ones.
    "distance": probe("squared Fréchet distance in simple features, 0 for perfect samples; the reals' variance is 1"),
    "distance_raw": probe("the distance of samples of the weights themselves, without averaging"),
    "quality": probe("share of fakes that lie among the real samples, over that of other reals: 1 is perfect"),
    "coverage": probe("share of real samples that have a fake nearby, over those that have another real: 1 is perfect"),
    "diversity": probe("median distance between two fakes over that between two reals of the same labels"),
    "noise_effect": probe("median distance between two fakes of one label over that between two reals of it"),
    "batch_spread": probe("mean standard deviation over a batch of fakes over that of reals"),
    "rank": probe("participation ratio of the fakes' covariance over that of the reals"),
    "duplicates": probe("share of fakes with a near copy among 200, beyond that of reals"),
    "dominant_share": probe("share of fakes in the region that has most of them, over that region's share of reals"),
    "dominant_region": probe("number of that region, to see whether it changes"),
    "regions": probe("share of regions of the real samples with at least a tenth of their due fakes"),
    "class_divergence": probe("divergence in nats of the fakes' classes from the real ones"),
    "least_class": probe("share of the class that is missed most, over its share among reals"),
    "class_agreement": probe("how often fakes look like the label asked for: 0 is by chance, 1 as often as reals"),
    "class_spread": probe("least over classes of the distance between two fakes over that between two reals"),
    "movement": probe("distance between samples from the same noise at this look and the one before, per 1,000 rounds, "
                      "over that between two reals"),
    "channel_gap": probe("largest difference of a channel's mean from the reals', in [-1, 1]"),
    "swapped_gap": probe("largest difference of a channel's mean with red and blue of the fakes exchanged"),
    "halved_gap": probe("largest difference of a channel's mean with fakes taken from [0, 1] to [-1, 1]"),
    "contrast": probe("standard deviation of the channels over the reals': the one farthest from 1"),
    "saturated": probe("share of fakes' values beyond 0.99 in size"),
    "saturated_real": probe("share of real values beyond 0.99 in size"),
    "range_real": probe("largest absolute value of real samples"),
    "checkerboard": probe("power at the finest grid frequencies over that nearby, fakes' over reals'"),
    "border_gap": probe("difference of the statistics along the edges of fakes and of reals, in standard deviations"),
    "blank_share": probe("share of fakes with a flat square patch, beyond that of reals"),
    "mode_gap": probe("distance between samples in training and in evaluation mode, over that between two reals"),
    "activation_peak": probe("largest activation of a generator's layer over that layer's root mean square"),
    "copying": probe("median distance from fakes to the nearest training image over that from held-out images"),
    # Scores of the generator.
    "score": Signal("the cheap score of samples (sliced Wasserstein distance), lower is better", "scores"),
    "real_score": Signal("the score that chooses the best weights (kernel distance), lower is better", "scores"),
}  # fmt: skip

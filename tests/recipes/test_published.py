"""What is special about a recipe is set as its paper, or the authors' code, says; losses and rates: test_presets."""

from __future__ import annotations

from functools import reduce

import pytest

from sparring.recipes import RECIPES, Facts
from sparring.settings import to_json


def facts(size: int, classes: int = 0) -> Facts:
    return Facts((3, size, size), classes, 100_000)


RING = Facts((2,))
PUBLISHED = {
    ("dcgan", facts(64)): {
        "game.latent": 100,
        "game.prior": "uniform",
        "optims.critic.name": "adam",
        "average.half_life_images": 0,
    },
    ("wgan", facts(64)): {
        "game.clip": 0.01,
        "game.warmup_rounds": 25,
        "game.warmup_critic_steps": 100,
        "optims.critic.name": "rmsprop",
    },
    ("wgan-gp", facts(64)): {"spectral_norm": []},
    ("wgan-gp", RING): {"rules.gp": 0.1, "networks.critic.widths": [512, 512, 512]},
    ("sngan", facts(32)): {
        "game.latent": 128,
        "spectral_norm": ["critic"],
        "optims.generator.schedule": "linear",
    },
    ("sngan-projection", facts(32, 10)): {"networks.critic.conditioning": "projection", "game.critic_steps": 5},
    ("sagan", facts(128, 10)): {
        "networks.generator.attention": [32],
        "spectral_norm": ["generator", "critic"],
    },
    ("biggan", facts(128, 1000)): {
        "game.latent": 120,
        "networks.critic.attention": [64],
        "spectral_norm": ["generator", "critic"],
        "optims.critic.eps": 1e-6,
    },
    ("progan", facts(1024)): {
        "rules.drift": 1e-3,
        "game.smallest": 4,
        "game.fade": 0.5,
        "game.latent": 512,
        "networks.generator.width": 16,
        "train.images": 600_000 * 17,
    },
    ("stylegan", facts(1024)): {
        "game.smallest": 8,
        "techniques.style_mixing": 0.9,
    },
    ("stylegan2", facts(256)): {
        "rules.lazy": 16,
        "techniques.path_length": 2,
        "techniques.style_mixing": 0.9,
        "networks.generator.width": 64,
    },
    ("stylegan2-ada", facts(256)): {
        "techniques.augment.kind": "ada",
        "techniques.augment.target": 0.6,
        "techniques.augment.images_to_full": 500_000,
    },
    ("stylegan3", facts(256)): {
        "networks.generator.equivariance": "translation",
        "techniques.path_length": 0,
        "techniques.style_mixing": 0,
    },
    ("stylegan3-r", facts(256)): {"networks.generator.equivariance": "rotation"},
    ("r3gan", facts(64)): {
        "rules.anneal": 0.1,
        "optims.critic.final": 0.25,
        "game.latent": 64,
        "techniques.augment.adaptive": False,
        "techniques.augment.limit": 0.3,
        "average.half_life_images": 500_000,
    },
    ("fastgan", facts(256)): {
        "rules.reconstruction": 1,
        "game.latent": 256,
        "techniques.augment.policy": ["color", "translation"],
    },
    ("projected", facts(256)): {
        "networks.critic.side": 224,
        "networks.generator.tanh": False,
        "techniques.augment.hole": 0.2,
    },
    ("acgan", facts(32, 10)): {
        "networks.critic.conditioning": "auxiliary",
        "rules.classes": 1,
        "rules.classes_fake": 1,
        "rules.classes_generator": 1,
    },
    ("cgan", facts(32, 10)): {"networks.critic.conditioning": "concat"},
    ("unrolled", RING): {
        "techniques.unroll": 5,
        "techniques.unroll_through": True,
        "game.latent": 256,
        "networks.generator.widths": [128, 128],
        "networks.generator.activation": "tanh",
    },
    ("pacgan", RING): {
        "techniques.pack": 2,
        "networks.generator.widths": [400, 400, 400, 400],
        "networks.critic.activation": "maxout",
    },
    ("minibatch", facts(32)): {"minibatch.measures": 100, "rules.targets.real": [0.9, 0.9]},
    ("improved", facts(32)): {
        "virtual_norm": ["generator"],
        "rules.targets.real": [0.9, 0.9],
        "rules.targets.fake": [0, 0],
        "rules.feature_matching": 1,
    },
    ("diffaugment", facts(32)): {"techniques.augment.policy": ["color", "translation", "cutout"]},
    ("bigan", facts(64)): {"game.both_ways": True, "game.rebuild": 0, "networks.encoder.stochastic": False},
    ("ali", facts(64)): {"networks.encoder.stochastic": True},
    ("veegan", RING): {"game.rebuild": 1},
    ("vaegan", facts(64)): {"optims.encoder.name": "rmsprop", "optims.encoder.lr": 3e-4, "game.latent": 128},
    **{
        (f"fgan-{name}", facts(64)): {"rules.adversarial": f"fgan_{name.replace('-', '_')}", "optims.critic.lr": 1e-4}
        for name in ("kl", "reverse-kl", "pearson", "hellinger", "js", "gan")
    },
}


@pytest.mark.parametrize(("name", "facts"), PUBLISHED, ids=lambda value: value if isinstance(value, str) else "")
def test_settings_are_the_published_ones(name: str, facts: Facts) -> None:
    tree = to_json(RECIPES[name].make(facts))
    published = PUBLISHED[name, facts]
    ours = {path: reduce(lambda part, key: part[key], path.split("."), tree) for path in published}
    assert {
        path: pytest.approx(value) if isinstance(value, float) else value for path, value in published.items()
    } == ours

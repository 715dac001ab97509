"""Keys of the translators: pix2pix, CycleGAN, CUT, pix2pixHD, SPADE, U-GAT-IT, AnimeGANv2, StarGAN and its v2."""

from __future__ import annotations

import re

from torch import Tensor, nn

from ...networks import animegan, cyclegan, multiscale, patchgan, pix2pixhd, spade, stargan, stargan2, ugatit, unet
from .names import State, Translation
from .style import Rules, renamed

STATISTICS = ("running_mean", "running_var", "num_batches_tracked")


def by(*rules: tuple[str, str]) -> Translation:
    """Every rule, a pattern and what takes its place, on every key in turn."""

    def translate(module: nn.Module, state: State) -> dict[str, Tensor]:
        return renamed(without_statistics(module, state), rules)

    return translate


def without_statistics(module: nn.Module, state: State) -> State:
    """Running statistics of instance norms, which older code kept and never used, are left out."""
    if any(key.endswith("running_mean") for key in module.state_dict()):
        return state
    return {key: tensor for key, tensor in state.items() if not key.endswith(STATISTICS)}


def unet_generator(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Every level is inside the one around it: `model.1.` the first time, `model.3.` then."""
    ours, last = dict[str, Tensor](), len(list(module.get_submodule("downs").children())) - 1
    for key, tensor in without_statistics(module, state).items():
        parts = key.split(".")
        level = parts.count("model") - 2
        place, name = int(parts[-2]), parts[-1]
        # Outside: 0 down, 3 up. Inside: 1 down, 2 norm, 5 up, 6 norm. Deepest: 1 down, 3 up, 4 norm.
        up = 3 if level in (0, last) else 5
        side, first = ("ups", up) if place >= up else ("downs", 1 if level else 0)
        ours[f"{side}.{level}.{place - first}.{name}"] = tensor
    return ours


def patch_critic(module: nn.Module, state: State) -> dict[str, Tensor]:
    """One list: the layers of every stage with something to learn or to keep, and the activations between."""
    stages = list(module.get_submodule("stages").children())
    starts = [sum(len(list(stage.children())) for stage in stages[:number]) for number in range(len(stages) + 1)]
    ours = {}
    for key, tensor in without_statistics(module, state).items():
        place, name = (int(part) if part.isdigit() else part for part in key.removeprefix("model.").split("."))
        assert isinstance(place, int)
        stage = max(number for number, start in enumerate(starts) if start <= place)
        where = "head" if stage == len(stages) else f"stages.{stage}.{place - starts[stage]}"
        if name != "filt":
            ours[f"{where}.{name}"] = tensor
    return ours


def without_filters(module: nn.Module, state: State) -> dict[str, Tensor]:
    """The filters of CUT's blurs are constants here."""
    kept = {key: tensor for key, tensor in state.items() if not key.endswith(".filt")}
    return by((r"^model\.", "layers."), (r"\.conv_block\.", ".layers."))(module, kept)


def pix2pixhd_generator(module: nn.Module, state: State) -> dict[str, Tensor]:
    """The head is the last of the outermost list: of the global part alone, or of the last enhancer."""
    count = len(list(module.get_submodule("enhancers").children()))
    part = "coarse" if not count else f"enhancers.{count - 1}.up"
    behind = len(list(module.get_submodule(part).children()))

    def enhancers(key: str) -> str:
        found = re.match(r"model(\d+)_([12])\.", key)
        if found is None:
            return key
        return f"enhancers.{int(found[1]) - 1}.{'down' if found[2] == '1' else 'up'}.{key[found.end() :]}"

    named = {enhancers(key): tensor for key, tensor in without_statistics(module, state).items()}
    return renamed(
        named,
        (
            (r"^model\.", "coarse."),
            (rf"^{re.escape(part)}\.{behind + 1}\.", "head.1."),
            (r"\.conv_block\.", ".layers."),
        ),
    )


def multiscale_critic(module: nn.Module, state: State) -> dict[str, Tensor]:
    """The code of pix2pixHD counts scales from the coarsest, that of SPADE from the finest."""
    scales = list(module.get_submodule("scales").children())
    head = len(list(module.get_submodule("scales.0.stages").children()))
    rules: Rules = (
        (r"^scale(\d+)_layer(\d+)\.", lambda found: f"scales.{len(scales) - 1 - int(found[1])}.stages.{found[2]}."),
        (r"^discriminator_(\d+)\.model(\d+)\.", r"scales.\1.stages.\2."),
        (r"(stages\.\d+)\.0\.0\.", r"\1.0."),
        (rf"\.stages\.{head}\.0\.", ".head."),
    )
    return renamed(without_statistics(module, state), rules)


SPADE: Rules = (
    (r"^fc\.", "start."),
    (r"^conv_img\.", "head."),
    (r"^head_0\.", "blocks.0."),
    (r"^G_middle_(\d)\.", lambda found: f"blocks.{int(found[1]) + 1}."),
    (r"^up_(\d)\.", lambda found: f"blocks.{int(found[1]) + 3}."),
    (r"\.norm_s\.", ".shortcut_norm."),
    (r"\.conv_s\.", ".shortcut."),
    (r"\.(norm|conv)_([01])\.", lambda found: f".{found[1]}{int(found[2]) + 1}."),
    (r"\.mlp_shared\.0\.", ".hidden."),
    (r"\.mlp_gamma\.", ".scale."),
    (r"\.mlp_beta\.", ".shift."),
    (r"\.param_free_norm\.", ".norm."),
)


def spade_generator(module: nn.Module, state: State) -> dict[str, Tensor]:
    return renamed(without_statistics(module, state), SPADE)


def spade_encoder(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Activations stand between the layers there."""
    rules: Rules = (
        (r"^layer(\d)\.0\.", lambda found: f"stages.{3 * (int(found[1]) - 1)}."),
        (r"^fc_mu\.", "mean."),
        (r"^fc_var\.", "log_variance."),
    )
    return renamed(state, rules)


def stargan2_critic(module: nn.Module, state: State) -> dict[str, Tensor]:
    """The head is the last of the list."""
    last = len(list(module.get_submodule("trunk").children()))
    return renamed(state, (*STARGAN2, (rf"^main\.{last}\.", "head."), (r"^main\.", "trunk.")))


ATTENTION = (
    (r"^gap_fc\.", "attention.mean."),
    (r"^gmp_fc\.", "attention.maximum."),
    (r"^conv1x1\.", "attention.mix."),
)

STARGAN2 = ((r"\.conv1x1\.", ".shortcut."), (r"\.fc\.", ".affine."))

TRANSLATIONS: dict[type[nn.Module], Translation] = {
    unet.Generator: unet_generator,
    patchgan.Critic: patch_critic,
    patchgan.PixelJudge: by(
        (r"^net\.0\.", "entry.0."), (r"^net\.2\.", "middle.0."), (r"^net\.3\.", "middle.1."), (r"^net\.5\.", "head.")
    ),
    cyclegan.Generator: without_filters,
    pix2pixhd.Generator: pix2pixhd_generator,
    multiscale.Critic: multiscale_critic,
    spade.Generator: spade_generator,
    spade.Encoder: spade_encoder,
    ugatit.Generator: by(
        *ATTENTION,
        (r"^DownBlock\.", "down."),
        (r"\.conv_block\.", ".layers."),
        (r"^FC\.", "style."),
        (r"^UpBlock2\.", "up."),
        *((rf"^UpBlock1_{number + 1}\.", f"blocks.{number}.") for number in range(9)),
    ),
    ugatit.Judge: by(
        *ATTENTION,
        (r"^conv\.", "head."),
        *((rf"^model\.{3 * number + 1}\.", f"stages.{number}.1.") for number in range(9)),
    ),
    animegan.Generator: by(
        (r"^block_a\.", "outer."),
        (r"^block_b\.", "inner."),
        (r"^block_c\.", "middle."),
        (r"^block_d\.", "inner_again."),
        (r"^block_e\.", "outer_again."),
        (r"^out_layer\.0\.", "head."),
    ),
    stargan.Generator: by((r"^main\.", "layers."), (r"\.main\.", ".layers.")),
    stargan.Critic: by(
        (r"^conv1\.", "head."),
        (r"^conv2\.", "classifier."),
        *((rf"^main\.{2 * number}\.", f"stages.{number}.0.") for number in range(9)),
    ),
    stargan2.Generator: by(
        *STARGAN2,
        (r"^from_rgb\.", "entry."),
        (r"^encode\.", "down."),
        (r"^decode\.", "up."),
        (r"^to_rgb\.0\.", "norm."),
        (r"^to_rgb\.2\.", "head."),
    ),
    stargan2.Mapping: by((r"^shared\.", "together."), (r"^unshared\.", "apart.")),
    stargan2.StyleEncoder: by(*STARGAN2, (r"^shared\.", "trunk."), (r"^unshared\.", "heads.")),
    stargan2.Critic: stargan2_critic,
}

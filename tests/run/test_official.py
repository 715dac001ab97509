"""Official weights are recognised, built and used; what they do not say is told, and what is unknown refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from tests.parity.case import case, error

from sparring.networks import Shape
from sparring.networks.cyclegan import CycleganGenerator
from sparring.networks.stargan2 import Stargan2Generator, Stargan2Mapping
from sparring.run.official import Untold, is_official
from sparring.run.translating import Translator, load_translator

EVAL = ("norm=batch", "dropout=0")
CASES = {
    "pix2pix_unet128_batch": ("pix2pix U-Net", EVAL),
    "pix2pix_unet128_instance": ("pix2pix U-Net", ()),
    "pix2pix_unet256_batch": ("pix2pix U-Net", EVAL),
    "cyclegan_resnet6_batch": ("CycleGAN ResNet", ("norm=batch",)),
    "cyclegan_resnet9_instance": ("CycleGAN ResNet", ()),
    "pix2pixhd_global": ("pix2pixHD", ()),
    "pix2pixhd_local": ("pix2pixHD", ()),
    "spade_g_batch": ("SPADE", ()),
    "spade_g_instance_vae": ("SPADE", ()),
    "ugatit_g_light": ("U-GAT-IT (light)", ()),
    "ugatit_g_full": ("U-GAT-IT (full)", ()),
    "animeganv2_g": ("AnimeGANv2", ("align_corners=true",)),
    "stargan_g": ("StarGAN", ()),
}
ANSWERS = {"animeganv2_g": "y_align", "stargan_g": "train.y"}  # StarGAN's authors never leave training mode


def saved(tmp_path: Path, name: str) -> Path:
    torch.save(case(name).weights, tmp_path / f"{name}.pth")
    return tmp_path / f"{name}.pth"


def opened(path: Path, *changes: str, part: str = "", edges: bool = False) -> Translator:
    return load_translator(path, device="cpu", untold=Untold(part, changes, edges))


@pytest.mark.parametrize("name", CASES)
@torch.no_grad()
def test_the_network_is_the_official_one(tmp_path: Path, name: str) -> None:
    title, changes = CASES[name]
    known, translator = case(name), opened(saved(tmp_path, name), *changes)
    assert translator.card.recipe.name == title
    x = known.inputs["seg" if "seg" in known.inputs else "x"]
    more = [known.inputs["c"]] if "c" in known.inputs else [None, known.inputs["z"]] if "z" in known.inputs else []
    assert error(translator.network(x, *more), known.outputs[ANSWERS.get(name, "y")]) <= 8e-5
    assert translator.source[0] == x.shape[1]


def test_several_attributes_are_wanted_at_once(tmp_path: Path) -> None:
    known, translator = case("stargan_g"), opened(saved(tmp_path, "stargan_g"))
    assert translator.classes == ("0", "1", "2", "3", "4")
    wanted = translator.wanted("0+2+3+4")
    assert wanted is not None
    assert wanted.tolist() == known.inputs["c"][:1].tolist()
    images = torch.randint(256, (1, 8, 8, 3), dtype=torch.uint8)
    assert not torch.equal(translator.translate(images, label="2+4"), translator.translate(images, label="2"))
    with pytest.raises(ValueError, match="one of: 0, 1, 2, 3, 4; and '0\\+7' was given"):
        translator.translate(images, label="0+7")


def test_parts_and_wrappings(tmp_path: Path) -> None:
    weights = case("ugatit_g_light").weights
    both = {"genA2B": weights, "genB2A": {key: -tensor for key, tensor in weights.items()}, "disGA": {"x": weights}}
    torch.save(both, tmp_path / "both.pt")
    with pytest.raises(ValueError, match="several translators: say --part, one of genA2B, genB2A"):
        opened(tmp_path / "both.pt")
    with pytest.raises(ValueError, match="no translator called 'disGA'; it holds genA2B, genB2A"):
        opened(tmp_path / "both.pt", part="disGA")
    one, other = (opened(tmp_path / "both.pt", part=part).network.state_dict() for part in ("genA2B", "genB2A"))
    assert torch.equal(one["style.0.weight"], -other["style.0.weight"])
    save_file({f"module.{key}": tensor for key, tensor in weights.items()}, tmp_path / "parallel.safetensors")
    assert is_official(tmp_path / "parallel.safetensors")
    assert torch.equal(
        opened(tmp_path / "parallel.safetensors").network.state_dict()["style.0.weight"], one["style.0.weight"]
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"layer.weight": torch.zeros(1)}, "names that no known translator has; known are generators of pix2pix"),
        (
            {"block_a.0.1.weight": torch.zeros(4, 3, 7, 7), "out_layer.0.weight": torch.zeros(3, 4, 1, 1)},
            "looks like AnimeGANv2, and does not fit it: these weights lack",
        ),
        ([1, 2], "holds a list and no weights by name"),
        (Image.new("L", (1, 1)), "objects that would have to be executed, which is never done"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, content: object, sentence: str) -> None:
    torch.save(content, tmp_path / "x.pth")
    with pytest.raises(ValueError, match=sentence):
        opened(tmp_path / "x.pth")


def test_cut_is_told_by_its_blurs(tmp_path: Path) -> None:
    network = CycleganGenerator(width=2, blocks=3, blur=True).build(Shape((3, 16, 16)))
    names = {key.replace("layers.", "model.", 1): tensor for key, tensor in network.state_dict().items()}
    official = {key.replace(".layers.", ".conv_block."): tensor for key, tensor in names.items()}
    torch.save(official | {"model.6.filt": torch.ones(2, 1, 3, 3)}, tmp_path / "net_G.pth")
    translator, x = opened(tmp_path / "net_G.pth"), torch.rand(1, 3, 16, 16)
    assert translator.card.recipe.name == "CUT"
    assert translator.card.recipe.networks["generator"] == CycleganGenerator(width=2, blocks=3, blur=True)
    assert torch.equal(translator.network(x), network(x))


def test_stargan2_is_its_translator_and_its_mapping(tmp_path: Path) -> None:
    shape, names = Shape((3, 32, 32), 16, 2), {"entry.": "from_rgb.", "down.": "encode.", "up.": "decode."}
    names |= {"norm.": "to_rgb.0.", "head.": "to_rgb.2.", "together.": "shared.", "apart.": "unshared."}
    names |= {".shortcut.": ".conv1x1.", ".affine.": ".fc."}
    networks = {
        "generator": Stargan2Generator(width=4, widest=8).build(shape),
        "mapping_network": Stargan2Mapping(width=8).build(shape),
    }
    states: dict[str, dict[str, torch.Tensor]] = {}
    for role, network in networks.items():
        states[role] = {}
        for key, tensor in network.state_dict().items():
            for ours, theirs in names.items():
                key = key.replace(ours, theirs)
            states[role][key] = tensor
    torch.save(states | {"style_encoder": {}}, tmp_path / "afhq.ckpt")
    translator, x = opened(tmp_path / "afhq.ckpt"), torch.rand(1, 3, 32, 32)
    assert translator.card.recipe.networks["generator"] == Stargan2Generator(width=4, widest=8)
    assert (translator.classes, translator.multiple) == (("0", "1"), 2)
    torch.manual_seed(0)
    made = translator.network(x, torch.tensor([1]))
    torch.manual_seed(0)
    style = networks["mapping_network"](torch.randn(1, 16), torch.tensor([1]))
    torch.testing.assert_close(made, networks["generator"](x, style))
    assert translator.translate(torch.zeros(1, 33, 20, 3, dtype=torch.uint8), label="1").shape == (1, 33, 20, 3)
    torch.save(states | {"fan": {}}, tmp_path / "celeba.ckpt")
    with pytest.raises(ValueError, match="filters for aligned faces"):
        opened(tmp_path / "celeba.ckpt")


def test_settings_are_those_of_its_network(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"there is no setting 'align_corner'.*Did you mean 'align_corners'"):
        opened(saved(tmp_path, "animeganv2_g"), "align_corner=false")
    with pytest.raises(ValueError, match="does not fit it"):
        opened(saved(tmp_path, "animeganv2_g"), "width=8")

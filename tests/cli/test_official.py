"""Official weights at the command line: pictures and label maps come out as the official networks paint them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tests.cli.run_cli import Cli
from tests.parity.case import case

from sparring.run.official import Untold
from sparring.run.translating import load_translator


def saved(tmp_path: Path, name: str) -> Path:
    torch.save(case(name).weights, tmp_path / f"{name}.pth")
    return tmp_path / f"{name}.pth"


def test_a_picture_through_the_command_line_is_the_official_picture(tmp_path: Path, cli: Cli) -> None:
    """Up to the bytes of files: those of the source, which the official network did not see, and of the result."""
    known = case("animeganv2_g")
    x = known.inputs["x"]
    pixels = x.add(1).mul(127.5).round().to(torch.uint8)[0].permute(1, 2, 0).numpy()
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    weights = str(saved(tmp_path, "animeganv2_g"))
    said = cli("translate", weights, str(tmp_path / "photo.png"), str(tmp_path / "a.png"))
    assert "Official weights of AnimeGANv2, read with align_corners=true" in said.err
    cli("translate", weights, str(tmp_path / "photo.png"), str(tmp_path / "b.png"), "--set", "align_corners=false")
    for name, answer in (("a.png", "y_align"), ("b.png", "y_noalign")):
        wanted = known.outputs[answer].add(1).mul(127.5)[0].permute(1, 2, 0).numpy()
        assert np.abs(np.array(Image.open(tmp_path / name)) - wanted).mean() < 1.0


def test_a_label_map_through_the_command_line_is_the_official_photo(tmp_path: Path, cli: Cli) -> None:
    known = case("spade_g_batch")
    labels = known.inputs["seg"].argmax(1).to(torch.uint8)[0]
    picture = Image.fromarray(labels.numpy())
    picture.putpalette([200, 10, 10, 10, 200, 10, 10, 10, 200])
    picture.save(tmp_path / "map.png")
    cli("translate", str(saved(tmp_path, "spade_g_batch")), str(tmp_path / "map.png"), str(tmp_path / "made.png"))
    wanted = known.outputs["y"].add(1).mul(127.5)[0].permute(1, 2, 0).numpy()
    assert (
        np.abs(np.array(Image.open(tmp_path / "made.png")) - wanted).max() <= 0.6
    )  # half a level, and how sums are ordered


def test_edges_between_things_are_the_last_channel(tmp_path: Path, cli: Cli) -> None:
    weights = saved(tmp_path, "pix2pixhd_local")
    translator = load_translator(weights, device="cpu", untold=Untold(edges=True))
    assert (translator.maps, translator.edges, translator.channels) == (3, True, 2)
    labels, things = np.zeros((64, 64), np.uint8), np.zeros((64, 64), np.uint8)
    things[:, 32:] = 7
    Image.fromarray(labels).save(tmp_path / "map.png")
    Image.fromarray(things).save(tmp_path / "things.png")
    cli(
        "translate",
        str(weights),
        str(tmp_path / "map.png"),
        str(tmp_path / "made.png"),
        "--things",
        str(tmp_path / "things.png"),
    )
    source = torch.zeros(1, 4, 64, 64)
    source[:, 0], source[:, 3, :, 31:33] = 1, 1
    wanted = translator.network(source)[0].add(1).mul(127.5).permute(1, 2, 0).numpy()
    assert (
        np.abs(np.array(Image.open(tmp_path / "made.png")) - wanted).max() <= 0.6
    )  # half a level, and how sums are ordered

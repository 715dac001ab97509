"""Whom to name, on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.run_cli import Cli


def test_recipe(cli: Cli) -> None:
    said = cli("cite", "resnet-hinge")
    assert said.out.startswith("@inproceedings{miyato2018spectral,\n")
    assert "@misc{lim2017geometric," in said.out
    keys = [one["key"] for one in cli("cite", "resnet-hinge", "--json").json["entries"]]
    assert keys[0] == "miyato2018spectral"
    assert "heusel2017gans" in keys


def test_run_is_cited_as_it_was_set_up(cli: Cli, tmp_path: Path) -> None:
    changes = ("rules.gp=10", "watch.tensorboard=false", "networks.generator.width=8", "networks.critic.width=8")
    asked = ("train", "dcgan", "--data", "builtin:digits", "--size", 16, "--images", 32, "--batch", 32)
    assert cli(*asked, "--out", tmp_path / "run", "--set", *changes).status == 0
    keys = {one["key"] for one in cli("cite", tmp_path / "run", "--json").json["entries"]}
    assert {"radford2016unsupervised", "gulrajani2017improved", "mirza2014conditional"} <= keys
    assert "mirza2014conditional" not in cli("cite", "dcgan").out


def test_refusals(cli: Cli, tmp_path: Path) -> None:
    assert "say of what" in cli.mistake("cite")
    assert "Did you mean 'dcgan'?" in cli.mistake("cite", "dcgam")
    assert "there is no run at" in cli.mistake("cite", tmp_path / "nowhere")
    assert "is no run" in cli.mistake("cite", tmp_path)

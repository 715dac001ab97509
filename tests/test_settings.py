"""Settings: JSON both ways, refusals in one sentence, `path=value`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Literal

import pytest

from sparring.networks import AnyNetwork
from sparring.networks.dcgan import DcganGenerator
from sparring.networks.mlp import MlpCritic, MlpGenerator
from sparring.networks.resnet import ResnetCritic
from sparring.settings import assign, from_json, nearest, schema, settings, telling, to_json


@dataclass(frozen=True)
class Pace:
    """A plain frozen dataclass, as play/ has them."""

    lr: float = 2e-4
    """Learning rate."""
    name: Literal["adam", "sgd"] = "adam"

    def __post_init__(self) -> None:
        if self.lr < 0:
            raise ValueError(f"lr must not be negative, and is {self.lr}")


@settings
class Inner:
    images: int = 100
    """Real images."""


@settings
class Whole:
    """All of it."""

    name: str
    inner: Inner = Inner()
    paces: dict[str, Pace] = field(default_factory=dict)
    networks: dict[str, AnyNetwork] = field(default_factory=dict)
    note: str | None = None
    sizes: tuple[int, ...] = ()


WHOLE = Whole(
    "first",
    paces={"generator": Pace(lr=1e-3)},
    networks={"generator": DcganGenerator(width=32), "critic": ResnetCritic(conditioning="auxiliary")},
    sizes=(3, 4),
)


def refusal(data: object) -> str:
    with pytest.raises(ValueError) as caught:
        from_json(Whole, data)
    return str(caught.value)


def test_json_and_back():
    data = to_json(WHOLE)
    assert data["networks"]["generator"] == {"kind": "dcgan-generator", "width": 32, "noise": 0.0, "dropout": 0.0}
    assert data["sizes"] == [3, 4]
    assert from_json(Whole, data) == WHOLE


def test_missing_settings_take_their_defaults():
    assert from_json(Whole, {"name": "x", "networks": {"critic": {"kind": "mlp-critic"}}}) == Whole(
        "x", networks={"critic": MlpCritic()}
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": "x", "volume": 1}, "volume is not a setting"),
        ({"name": "x", "inner": {"imges": 1}}, "inner.imges is not a setting. Did you mean 'images'?"),
        ({"name": "x", "paces": {"critic": {"lrr": 1}}}, "paces.critic.lrr is not a setting. Did you mean 'lr'?"),
        (
            {"name": "x", "networks": {"critic": {"kind": "mlp-critic", "widht": [1]}}},
            "networks.critic.widht is not a setting. Did you mean 'widths'?",
        ),
        (
            {"name": "x", "networks": {"critic": {"kind": "mlp-crtic"}}},
            "networks.critic.kind: there is no 'mlp-crtic'. Did you mean 'mlp-critic'?",
        ),
        ({"name": "x", "networks": {"critic": {}}}, "networks.critic needs 'kind', which says what it is"),
        (
            {"name": "x", "networks": {"critic": {"kind": "resnet-critic", "width": 0}}},
            "networks.critic: width must be at least 1, and is 0",
        ),
        ({"name": "x", "paces": {"critic": {"lr": -1}}}, "paces.critic: lr must not be negative, and is -1.0"),
        (
            {"name": "x", "paces": {"critic": {"name": "adan"}}},
            "paces.critic.name: should be 'adam' or 'sgd' (got 'adan')",
        ),
        (
            {"name": "x", "paces": {"critic": {"lr": float("nan")}}},
            "paces.critic.lr: should be a finite number (got nan)",
        ),
        ({}, "name is missing"),
    ],
)
def test_a_mistake_is_one_sentence(data, sentence):
    assert refusal(data) == sentence


def test_every_mistake_is_told_at_once():
    told = refusal({"name": 3, "inner": {"images": "many"}})
    assert told.startswith("name: ")
    assert "; inner.images: should be a valid integer" in told


def test_what_is_not_an_object_is_refused():
    assert refusal([1, 2]).startswith("the settings: ")
    assert "networks.critic: should be" in refusal({"name": "x", "networks": {"critic": 3}})


def test_settings_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        WHOLE.name = "other"


def test_the_kind_is_taken_by_keyword_only():
    assert DcganGenerator(48) == DcganGenerator(width=48)
    assert DcganGenerator(48).kind == "dcgan-generator"


def test_schema_describes_fields_and_refuses_unknown_ones():
    whole = schema(Whole)
    assert whole["required"] == ["name"]
    assert whole["additionalProperties"] is False
    assert whole["$defs"]["Inner"]["properties"]["images"]["description"] == "Real images."
    assert whole["$defs"]["Pace"]["properties"]["lr"]["description"] == "Learning rate."
    assert whole["$defs"]["Pace"]["additionalProperties"] is False
    mapping = whole["properties"]["networks"]["additionalProperties"]["discriminator"]["mapping"]
    assert {"mlp-critic", "dcgan-generator", "resnet-critic"} <= mapping.keys()


def test_assign_sets_values_of_every_type():
    changed = assign(
        WHOLE,
        [
            "inner.images=5",
            "paces.generator.lr = 1e-4",
            "note=plain text",
            "sizes=[1, 2]",
            "networks.critic.head_bias=True",
        ],
    )
    assert changed.inner.images == 5
    assert changed.paces["generator"].lr == 1e-4
    assert changed.note == "plain text"
    assert changed.sizes == (1, 2)
    assert changed.networks["critic"] == ResnetCritic(conditioning="auxiliary", head_bias=True)
    assert assign(changed, ["note=null"]).note is None
    assert WHOLE.inner.images == 100


def test_assigning_a_kind_starts_from_its_defaults():
    changed = assign(WHOLE, ["networks.generator.kind=mlp-generator", "networks.generator.widths=[8]"])
    assert changed.networks["generator"] == MlpGenerator(widths=(8,))
    same = assign(WHOLE, ["networks.generator.kind=dcgan-generator"])
    assert same.networks["generator"] == DcganGenerator(width=32)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("inner.image=5", "there is no setting 'inner.image'. Did you mean 'inner.images'?"),
        ("inner.images.more=5", "there is no setting 'inner.images.more'. Did you mean 'inner.images'?"),
        ("zzzzzzzzzz=1", "there is no setting 'zzzzzzzzzz'."),
        ("inner.images", "a setting is written path=value, not 'inner.images'"),
        ("inner.images=many", "inner.images: should be a valid integer"),
        ("networks.generator.kind=mpl-generator", "there is no 'mpl-generator'. Did you mean 'mlp-generator'?"),
    ],
)
def test_assign_refuses(change, sentence):
    with pytest.raises(ValueError) as caught:
        assign(WHOLE, [change])
    assert sentence in str(caught.value)


def test_nearest_is_silent_where_nothing_is_near():
    assert nearest("critc", ["critic", "generator"]) == " Did you mean 'critic'?"
    assert nearest("xyz", ["critic", "generator"]) == ""


def test_changes_that_change_nothing_are_left_out():
    changes = (
        "inner.images=100.0",
        "paces.generator.lr=0.001",
        "paces.generator.lr=0.0001",
        "networks.generator.kind=dcgan-generator",
        "networks.critic.kind=mlp-critic",
        "networks.critic.noise=0.0",
        "note=here",
    )
    kept = telling(WHOLE, changes)
    assert kept == changes[2:3] + changes[4:]
    assert assign(WHOLE, kept) == assign(WHOLE, changes)

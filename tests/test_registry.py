"""Registries: names to things, did-you-mean, plugins."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Literal

import pytest

from sparring import registry
from sparring.registry import Registry, choice
from sparring.settings import from_json, settings, to_json


@settings
class Square:
    kind: Literal["square"] = "square"
    side: int = 1


@settings
class Circle:
    kind: Literal["circle"] = "circle"
    radius: int = 1


def plugins(monkeypatch, **targets):
    points = [EntryPoint(name, target, "sparring.shapes") for name, target in targets.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: [p for p in points if p.group == group])


def shapes() -> Registry[type]:
    return Registry("shape", "sparring.shapes", {"square": Square})


def test_a_name_gives_its_thing():
    assert shapes()["square"] is Square
    assert list(shapes()) == ["square"]
    assert len(shapes()) == 1
    assert "square" in dict(shapes())


def test_an_unknown_name_gets_the_nearest_or_all():
    with pytest.raises(ValueError, match=r"^there is no shape 'sqare'\. Did you mean 'square'\?$"):
        shapes()["sqare"]
    with pytest.raises(ValueError, match=r"^there is no shape 'xyz'\. Known: square\.$"):
        shapes()["xyz"]


def test_a_plugin_is_found_and_imported_when_asked_for(monkeypatch):
    plugins(monkeypatch, circle=f"{__name__}:Circle", square="nowhere:Square")
    things = shapes()
    assert list(things) == ["square", "circle"]
    assert "circle" not in things.entries
    assert things["circle"] is Circle
    assert things["square"] is Square, "a plugin does not replace what is ours"


def test_a_broken_plugin_is_left_out_with_a_warning(monkeypatch):
    plugins(monkeypatch, broken="no_such_package:Thing")
    with pytest.warns(UserWarning, match="the shape 'broken' of an installed plugin is left out: No module named"):
        assert shapes().loaded() == {"square": Square}


def test_a_choice_reads_plugins_too(monkeypatch):
    plugins(monkeypatch, circle=f"{__name__}:Circle")

    @settings
    class Drawing:
        shape: choice(shapes())

    assert from_json(Drawing, {"shape": {"kind": "circle", "radius": 3}}) == Drawing(Circle(3))
    assert to_json(Drawing(Square(2))) == {"shape": {"kind": "square", "side": 2}}
    with pytest.raises(ValueError, match=r"shape\.kind: there is no 'triangle'\. Known: square, circle\."):
        from_json(Drawing, {"shape": {"kind": "triangle"}})


def test_a_choice_of_one():
    @settings
    class Drawing:
        shape: choice(shapes()) = Square()

    assert from_json(Drawing, {"shape": {"side": 4}}) == Drawing(Square(4))

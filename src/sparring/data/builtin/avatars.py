"""Cartoon heads drawn on the spot, with exact labels: the picture with one number is always the same."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache, partial

from PIL import Image

from ..origin import Entry
from .collection import Collection
from .shelf import installed_version
from .traits import Style, Traits, style
from .words import SCALES, SKIN, colour_word, plain, variant_word

PACKAGES = ("dicebear-core", "dicebear-styles", "resvg-py")
NATIVE = 128


def avatars(name: str, count: int, look: str = "adventurer", size: int = 0) -> Collection:
    """`count` heads of one style, drawn at `size` pixels (0 = 128).

    ValueError if the style is unknown or a package is missing.
    """
    missing = [package for package in PACKAGES if not installed_version(package)]
    if missing:
        raise ValueError(f"{name} is drawn with {', '.join(missing)}; install with: pip install {' '.join(missing)}.")
    drawn = style(look)
    meta = drawn.definition["meta"]
    pixels = size or NATIVE

    def entries() -> Iterator[Entry]:
        for number in range(count):
            yield Entry(
                f"{number:06d}", partial(draw_number, look, number, pixels), labels(drawn, drawn.traits(number))
            )

    versions = [f"{package} {installed_version(package)}" for package in PACKAGES]
    return Collection(
        name=name,
        count=count,
        listing=entries,
        identity=("avatars", look, str(count), str(pixels), *versions),
        licence=f"{meta['license']['name']} ({meta['license']['url']})",
        credit=f"{meta['license']['text']}. Drawn with DiceBear (https://www.dicebear.com)",
    )


def labels(drawn: Style, traits: Traits) -> dict[str, str]:
    """Attribute -> human word. `none` where a part is not there or a colour is used by nothing drawn."""
    found: dict[str, str] = {}
    for palette, values in drawn.palettes.items():
        if len(set(values)) > 1:
            colour = traits.colours.get(palette)
            key = "skin" if palette in SKIN else f"{plain(palette).replace(' ', '_')}_colour"
            found[key] = colour_word(drawn.name, palette, colour) if colour else "none"
    for part in drawn.components:
        if len(drawn.allowed(part)) > 1 or drawn.chance(part) < 1:
            variant = traits.parts.get(part)
            found[plain(part).replace(" ", "_")] = variant_word(drawn.name, part, variant) if variant else "none"
    if found.get("glasses") == "sunglasses":
        found["eyes"] = "hidden"
    if drawn.name == "adventurer":
        found["hair_length"] = "long" if traits.parts["hair"].startswith("long") else "short"
    return found


def draw_number(look: str, number: int, size: int) -> Image.Image:
    """Head `number` of a style: RGB on white, `size` x `size` pixels."""
    drawn = style(look)
    return draw(drawn, drawn.traits(number), number, size)


def draw(drawn: Style, traits: Traits, number: int, size: int) -> Image.Image:
    """A head with exactly these traits. `number` settles what traits do not name, such as a tilt."""
    from resvg_py import svg_to_bytes

    # Rendering at the size asked for looks as sharp as shrinking a larger picture, and takes half the time.
    png = svg_to_bytes(svg_string=svg(drawn, traits, number), width=size, height=size, skip_system_fonts=True)
    head = Image.open(io.BytesIO(bytes(png))).convert("RGBA")
    picture = Image.new("RGB", head.size, "white")
    picture.paste(head, mask=head.getchannel("A"))
    return picture


def svg(drawn: Style, traits: Traits, number: int) -> str:
    """The drawing as SVG text."""
    from dicebear import Avatar

    options: dict[str, object] = {"seed": str(number), "scale": SCALES.get(drawn.name, 1.0)}
    # Only what leaves a choice: every option is checked against a schema, which takes longer than drawing.
    for part, component in drawn.components.items():
        if "extends" not in component:
            if component.get("probability", 100) < 100 or part in drawn.chances:
                options[f"{part}Probability"] = 100 if part in traits.parts else 0
            if part in traits.parts and len(component["variants"]) > 1:
                options[f"{part}Variant"] = traits.parts[part]
    for palette, colour in traits.colours.items():
        if len(drawn.palettes[palette]) > 1:
            options[f"{palette}Color"] = [colour]
    return Avatar(canonical(drawn.name), options).to_string()


@lru_cache(maxsize=8)
def canonical(look: str) -> object:
    """DiceBear's own reading of a style, which takes 0.4 seconds to check its definition."""
    from dicebear import Style as DiceBearStyle

    return DiceBearStyle(style(look).definition)

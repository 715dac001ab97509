"""Human words for the parts and colours of drawn avatars."""

from __future__ import annotations

import re

ADVENTURER_GROUPS: dict[str, dict[str, str]] = {
    "mouth": {
        "laughing": "01 05 25 26 27 28 30",
        "grinning": "11 22 23",
        "smiling": "02 29",
        "serious": "04 09 10 19",
        "pursed": "06 08 17 20 21",
        "surprised": "03 07 18",
        "upset": "13 14",
        "shouting": "15 24",
        "tongue out": "12 16",
    },
    "eyes": {
        "round": "01 02 03 09 10 24 25 26",
        "narrow": "05 06 07 11 12 13 14",
        "sleepy": "04 15 16 17 18",
        "closed": "19 20",
        "winking": "21 22",
        "sparkling": "23",
        "dazed": "08",
    },
    "eyebrows": {
        "angry": "01 02",
        "worried": "03 07",
        "joined": "04",
        "short": "05 06 15",
        "raised": "08 09 11",
        "arched": "10 12 13",
        "sparse": "14",
    },
    "glasses": {"sunglasses": "01", "glasses": "02 03 04 05"},
}

ADVENTURER_HAIR: dict[str, str] = {
    "straight": "long01 long04 long05 long20 long26",
    "fringe": "long07 long21 long25 short06 short09",
    "wavy": "long02 long06 long09 long24",
    "curly": "long17 long22 short03 short07 short08 short17",
    "flowers": "long03 long08 long18",
    "bun": "long10 long11 long12 short05 short12",
    "two buns": "long13 long23",
    "tails": "long14 long15 long16 long19",
    "cropped": "short01 short02 short04 short10 short11 short13 short14 short18",
    "spiky": "short15 short16",
    "shaved": "short19",
}

ADVENTURER_HAIR_COLOURS: dict[str, str] = {
    "#0e0e0e": "black",
    "#e5d7a3": "blond",
    "#b9a05f": "dark blond",
    "#796a45": "olive brown",
    "#85c2c6": "light blue",
    "#6a4e35": "brown",
    "#562306": "dark brown",
    "#afafaf": "gray",
    "#3eac2c": "green",
    "#dba3be": "pink",
    "#592454": "purple",
    "#ac6511": "caramel",
    "#cb6820": "orange",
    "#ab2a18": "red",
}


def spread(groups: dict[str, str], prefix: str) -> dict[str, str]:
    return {prefix + number: word for word, numbers in groups.items() for number in numbers.split()}


VARIANTS: dict[str, dict[str, dict[str, str]]] = {
    "adventurer": {
        **{part: spread(groups, "variant") for part, groups in ADVENTURER_GROUPS.items()},
        "hair": spread(ADVENTURER_HAIR, ""),
    }
}
"""style -> part -> variant -> word, where the style only numbers its variants."""

ADVENTURER_SKIN = {"#f2d3b1": "light", "#ecad80": "medium", "#9e5622": "brown", "#763900": "dark"}

COLOURS: dict[str, dict[str, dict[str, str]]] = {
    "adventurer": {"hair": ADVENTURER_HAIR_COLOURS, "skin": ADVENTURER_SKIN}
}
"""style -> palette -> #rrggbb -> word, where the nearest plain colour word would be vague."""

LEFT_OUT: dict[str, dict[str, tuple[str, ...]]] = {
    "adventurer": {"mouth": ("variant13", "variant24")},  # drool, and a heart on the tongue
    "avataaars": {"mouth": ("vomit",)},
}
"""Variants that are never drawn."""

CHANCES: dict[str, dict[str, float]] = {"adventurer": {"glasses": 25, "earrings": 15, "details": 20}}
"""Per cent; a trait has to be frequent enough to be learned from 2,000 pictures."""

SCALES: dict[str, float] = {"adventurer": 1.15}
"""How much a head is enlarged to fill its square; the widest hair may leave it."""

SKIN = ("skin", "base")
"""What the styles call the palette of the skin."""

PLAIN_COLOURS: dict[str, tuple[int, int, int]] = {
    "black": (15, 15, 18),
    "dark gray": (75, 78, 82),
    "gray": (150, 152, 155),
    "light gray": (225, 227, 230),
    "white": (255, 255, 255),
    "dark brown": (60, 35, 25),
    "brown": (115, 65, 45),
    "light brown": (175, 105, 75),
    "blond": (214, 180, 115),
    "cream": (250, 225, 195),
    "red": (205, 35, 30),
    "orange": (250, 125, 40),
    "coral": (250, 115, 100),
    "yellow": (245, 210, 70),
    "pale yellow": (255, 240, 165),
    "green": (60, 150, 60),
    "light green": (130, 220, 130),
    "teal": (80, 205, 195),
    "light blue": (130, 205, 240),
    "blue": (70, 120, 245),
    "dark blue": (30, 60, 125),
    "purple": (120, 60, 190),
    "lavender": (225, 222, 255),
    "violet": (146, 135, 255),
    "pink": (250, 150, 170),
    "pale pink": (255, 235, 238),
    "hot pink": (240, 75, 145),
    "plum": (100, 55, 90),
}

SKIN_TONES = ((0.80, "very light"), (0.68, "light"), (0.52, "medium"), (0.36, "dark"), (0.0, "very dark"))


def rgb(colour: str) -> tuple[int, int, int]:
    """(red, green, blue), 0..255, of #rgb or #rrggbb."""
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def colour_word(style: str, palette: str, colour: str) -> str:
    """A word for a colour of a palette; for skin, how light it is."""
    own = COLOURS.get(style, {}).get(palette, {})
    if colour.lower() in own:
        return own[colour.lower()]
    red, green, blue = rgb(colour)
    if palette in SKIN:
        luma = (0.299 * red + 0.587 * green + 0.114 * blue) / 255
        return next(word for least, word in SKIN_TONES if luma >= least)

    def distance(other: tuple[int, int, int]) -> float:
        # Weighted by the mean red, as eyes are more exact about blue in warm colours and red in cold ones.
        mean = (red + other[0]) / 2
        squares = ((red - other[0]) ** 2, (green - other[1]) ** 2, (blue - other[2]) ** 2)
        return (2 + mean / 256) * squares[0] + 4 * squares[1] + (2 + (255 - mean) / 256) * squares[2]

    return min(PLAIN_COLOURS, key=lambda word: distance(PLAIN_COLOURS[word]))


def plain(name: str) -> str:
    """`shortComboverChops02` -> `short combover chops 2`; `variant07` -> `7`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[0-9])", " ", name).lower()
    spaced = re.sub(r"\b0+(\d)", r"\1", spaced)
    return spaced.removeprefix("variant ") or name


def variant_word(style: str, part: str, variant: str) -> str:
    """A word for a variant of a part."""
    return VARIANTS.get(style, {}).get(part, {}).get(variant) or plain(variant)

"""Every mode becomes opaque sRGB with the values it means."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from tests.data.pictures import P3, encoded, gray_inks, linear_gray, wide_gamut

from sparring.data.colour import BadImageError
from sparring.data.images import open_image, prepare


def colours(image: Image.Image, form: str = "PNG", **options: object) -> np.ndarray:
    """What a file of this image is read as, at its own size."""
    assert image.width == image.height
    return prepare(open_image(encoded(image, form, **options)), image.width, 3).pixels


def colour(image: Image.Image, form: str = "PNG", **options: object) -> tuple[int, ...]:
    pixels = colours(image, form, **options)
    assert (pixels == pixels[0, 0]).all()
    return tuple(pixels[0, 0].tolist())


@pytest.mark.parametrize(
    ("mode", "value", "form", "expected"),
    [
        ("RGB", (10, 20, 30), "PNG", (10, 20, 30)),
        ("L", 77, "PNG", (77, 77, 77)),
        ("1", 1, "PNG", (255, 255, 255)),
        ("1", 0, "PNG", (0, 0, 0)),
        ("LA", (40, 255), "PNG", (40, 40, 40)),
        ("LA", (40, 0), "PNG", (255, 255, 255)),
        ("RGBA", (255, 0, 0, 0), "PNG", (255, 255, 255)),
        ("RGBA", (255, 0, 0, 255), "PNG", (255, 0, 0)),
        ("RGBA", (255, 0, 0, 51), "PNG", (255, 204, 204)),
        ("RGBA", (255, 0, 0, 0), "TIFF", (255, 255, 255)),
        ("RGBA", (255, 0, 0, 0), "TGA", (255, 255, 255)),
        ("CMYK", (0, 255, 255, 0), "TIFF", (255, 0, 0)),
        ("CMYK", (0, 0, 0, 0), "TIFF", (255, 255, 255)),
        ("RGB", (10, 20, 30), "BMP", (10, 20, 30)),
        ("RGB", (10, 20, 30), "PPM", (10, 20, 30)),
        ("RGB", (10, 20, 30), "QOI", (10, 20, 30)),
        ("I;16", 257 * 100, "PNG", (100, 100, 100)),
        ("I;16", 128, "TIFF", (0, 0, 0)),
        ("I;16", 129, "TIFF", (1, 1, 1)),
        ("I", 65535, "TIFF", (255, 255, 255)),
        ("F", 0.5, "TIFF", (128, 128, 128)),
    ],
)
def test_modes(mode: str, value: object, form: str, expected: tuple[int, ...]) -> None:
    assert colour(Image.new(mode, (8, 8), value), form) == expected


def test_lab() -> None:
    assert min(colour(Image.new("LAB", (8, 8), (255, 128, 128)), "TIFF")) >= 254
    red, green, _ = colour(Image.new("LAB", (8, 8), (128, 190, 128)), "TIFF")
    assert red > green + 80


def test_inverted_cmyk_of_jpegs() -> None:
    data = encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95)
    assert b"Adobe" in data
    red, green, blue = prepare(open_image(data), 16, 3).pixels[8, 8].tolist()
    assert red > 250
    assert green < 5
    assert blue < 5


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_a_16_bit_ramp_keeps_its_order_and_range(form: str) -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    gray = prepare(open_image(encoded(Image.fromarray(ramp), form)), 256, 1).pixels.ravel().astype(int)
    assert (gray == np.rint(np.arange(65536) / 257)).all()


def test_a_dark_16_bit_image_stays_dark() -> None:
    dark = Image.fromarray(np.full((8, 8), 200, np.uint16))
    assert colour(dark) == (1, 1, 1)


def test_big_endian_16_bit() -> None:
    data = b"P5 8 8 65535\n" + np.full(64, 257 * 30, ">u2").tobytes()
    assert (prepare(open_image(data), 8, 1).pixels == 30).all()


@pytest.mark.parametrize("value", [70000, -1])
def test_32_bit_integers_have_no_white(value: int) -> None:
    with pytest.raises(BadImageError, match="white is unknown"):
        colour(Image.new("I", (8, 8), value), "TIFF")


@pytest.mark.parametrize("value", [1.5, -0.1, float("nan"), float("inf")])
def test_floats_beyond_white(value: float) -> None:
    with pytest.raises(BadImageError, match="0 = black to 1 = white"):
        colour(Image.new("F", (8, 8), value), "TIFF")


def test_palette_indices_are_not_gray_values() -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 200, 30, 60])
    assert colour(image) == (200, 30, 60)
    assert colour(image, transparency=1) == (255, 255, 255)
    assert colour(image, "GIF", transparency=1) == (255, 255, 255)


@pytest.mark.parametrize(("mode", "value"), [("L", 9), ("RGB", (9, 8, 7)), ("I;16", 999)])
def test_one_colour_may_be_declared_transparent(mode: str, value: object) -> None:
    assert colour(Image.new(mode, (8, 8), value), transparency=value) == (255, 255, 255)


def test_wide_gamut_becomes_srgb() -> None:
    """Against the definition: P3 -> XYZ (D50) -> linear sRGB -> sRGB."""
    value = np.array([180, 120, 90])
    srgb = np.linalg.inv(
        np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
    )
    linear = srgb @ np.array(P3).T @ (value / 255) ** 2.2
    expected = 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    got = colour(Image.new("RGB", (8, 8), tuple(value.tolist())), icc_profile=wide_gamut())
    assert np.abs(np.array(got) - expected).max() <= 2
    assert got[0] > 185


def test_gray_profiles_count_and_stay_gray() -> None:
    data = encoded(Image.new("L", (8, 8), 51), "PNG", icc_profile=linear_gray())
    image = prepare(open_image(data), 8, 3)
    assert image.gray
    assert np.abs(image.pixels.astype(int) - 124).max() <= 1  # 0.2 of the light


def test_cmyk_goes_through_its_profile() -> None:
    cyan = Image.new("CMYK", (8, 8), (255, 0, 0, 0))
    assert colour(cyan, "TIFF") == (0, 255, 255)
    assert max(colour(cyan, "TIFF", icc_profile=gray_inks())) <= 2
    assert min(colour(Image.new("CMYK", (8, 8)), "TIFF", icc_profile=gray_inks())) >= 253


@pytest.mark.parametrize("profile", [b"", b"broken", wide_gamut()[:200], linear_gray()])
def test_profiles_that_do_not_fit_are_ignored(profile: bytes) -> None:
    assert colour(Image.new("RGB", (8, 8), (10, 20, 30)), icc_profile=profile) == (10, 20, 30)


def test_srgb_profiles_change_nothing() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    assert (colours(Image.fromarray(pixels), icc_profile=profile) == pixels).all()

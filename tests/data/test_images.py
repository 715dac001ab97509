"""One image becomes a square array, or one sentence says why not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.data.pictures import encoded, noise, png_header

from sparring.data.colour import BadImageError
from sparring.data.images import ORIENTATION, UPRIGHT, decoding, extensions, open_image, prepare

BACK = {
    **UPRIGHT,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}
"""From upright to how a camera with this orientation stores it."""

FORMATS = (
    "PNG",
    "JPEG",
    "GIF",
    "WEBP",
    "TIFF",
    "BMP",
    "PPM",
    "TGA",
    "ICO",
    "JPEG2000",
    "AVIF",
    "QOI",
    "SGI",
    "PCX",
    "DDS",
)
WHOLE = {form: encoded(noise(24, 16), form) for form in FORMATS}


def shown(data: bytes, size: int = 16, channels: int = 3, resize: str = "cover") -> np.ndarray:
    return prepare(open_image(data), size, channels, resize).pixels


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_read(form: str) -> None:
    image = prepare(open_image(WHOLE[form]), 16, 3)
    assert image.pixels.shape == (16, 16, 3)
    assert image.format == form
    if form != "ICO":  # one fixed set of sizes
        assert (image.width, image.height) == (24, 16)
    if form not in ("GIF", "ICO"):  # 256 colours
        expected = shown(WHOLE["PNG"]).astype(int)
        assert np.abs(image.pixels - expected).mean() < 6


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
def test_orientations_of_one_photo_give_the_same_pixels(form: str) -> None:
    photo = noise(40, 24)
    options = {"lossless": True} if form == "WEBP" else {}
    expected = shown(encoded(photo, form, **options))
    for orientation in range(1, 9):
        stored = photo if orientation == 1 else photo.transpose(BACK[orientation])
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        image = prepare(open_image(encoded(stored, form, exif=exif, **options)), 16, 3)
        assert (image.pixels == expected).all(), orientation
        assert (image.width, image.height) == (40, 24)


def test_damaged_exif_is_no_reason_to_lose_a_photo() -> None:
    data = encoded(noise(24, 16), "PNG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01" * 40)
    assert (shown(data) == shown(WHOLE["PNG"])).all()


def test_cover_crops_the_middle() -> None:
    stripes = np.zeros((10, 30, 3), np.uint8)
    stripes[:, :10], stripes[:, 10:20], stripes[:, 20:] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    assert (shown(encoded(Image.fromarray(stripes), "PNG"), 10) == (0, 255, 0)).all()
    odd = np.asarray(noise(65, 64))
    assert (shown(encoded(Image.fromarray(odd), "PNG"), 64) == odd[:, :64]).all()


def test_contain_pads_with_white() -> None:
    wide = encoded(Image.new("RGB", (40, 20), (9, 9, 9)), "PNG")
    pixels = shown(wide, 16, resize="contain")
    assert (pixels[4:12] == 9).all()
    assert (pixels[:4] == 255).all()
    assert (pixels[12:] == 255).all()


def test_stretch_keeps_everything() -> None:
    halves = np.zeros((8, 32, 3), np.uint8)
    halves[:, 16:] = 255
    pixels = shown(encoded(Image.fromarray(halves), "PNG"), 8, resize="stretch")
    assert pixels[:, 0].max() < 20
    assert pixels[:, -1].min() > 235


@pytest.mark.parametrize("resize", ["cover", "contain", "stretch"])
def test_shrinking_does_not_alias(resize: str) -> None:
    checks = np.indices((512, 512)).sum(axis=0) % 2 * 255
    pixels = shown(encoded(Image.fromarray(checks.astype(np.uint8)), "PNG"), 16, 1, resize)
    assert np.abs(pixels.astype(int) - 128).max() <= 3


@pytest.mark.parametrize("resize", ["cover", "contain", "stretch"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (3, 2)])
def test_thin_images(shape: tuple[int, int], resize: str) -> None:
    pixels = shown(encoded(Image.new("RGB", shape, (50, 60, 70)), "PNG"), 16, resize=resize)
    assert (pixels[8, 7] == (50, 60, 70)).all() or (pixels[7, 8] == (50, 60, 70)).all()


def test_jpegs_decode_at_a_lower_resolution_without_harm() -> None:
    photo = noise(1600, 1200)
    fast, exact = shown(encoded(photo, "JPEG", quality=95), 64), shown(encoded(photo, "PNG"), 64)
    assert np.abs(fast.astype(int) - exact).mean() < 1.0


def test_gray_is_what_every_pixel_is() -> None:
    gray = noise(16, 16, 1)
    as_colour = prepare(open_image(encoded(gray.convert("RGB"), "PNG")), 16, 3)
    assert as_colour.gray
    assert as_colour.mode == "RGB"
    assert (shown(encoded(gray, "PNG"), 16, 1)[..., 0] == as_colour.pixels[..., 0]).all()
    assert not prepare(open_image(WHOLE["PNG"]), 16, 1).gray


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_of_several(form: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue", "green")]
    data = encoded(frames[0], form, save_all=True, append_images=frames[1:])
    image = prepare(open_image(data), 16, 3)
    assert image.animated
    assert np.abs(image.pixels.astype(int) - (255, 0, 0)).max() <= 2
    assert not prepare(open_image(WHOLE[form]), 16, 3).animated


def test_photos_with_a_second_picture_are_no_animation() -> None:
    data = encoded(noise(32, 32), "MPO", save_all=True, append_images=[noise(32, 32, seed=1)])
    assert not prepare(open_image(data), 16, 3).animated


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"this is no picture", "not an image"),
        (WHOLE["PNG"][: len(WHOLE["PNG"]) // 2], "is damaged"),
        (WHOLE["JPEG"][:-200], "is damaged"),
        (png_header(60_000, 60_000), "million"),
        (png_header(10_000, 9_000), "million"),
        (png_header(2**31 - 1, 2**31 - 1), "million"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "not an image"),
    ],
)
def test_refusals_say_why(data: bytes, sentence: str) -> None:
    with decoding(), pytest.raises(BadImageError, match=sentence):
        shown(data)


def test_images_made_elsewhere_are_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparring.data.images.MAX_PIXELS", 100)
    with pytest.raises(BadImageError, match="11 x 11 pixels"):
        prepare(Image.new("L", (11, 11)), 16, 3)


def test_endings() -> None:
    assert {".png", ".jpg", ".jpeg", ".webp", ".avif", ".tiff", ".gif", ".bmp"} <= extensions()
    assert not {".eps", ".pdf", ".mpg", ".txt", ".heic"} & extensions()


def test_the_content_decides(tmp_path: Path) -> None:
    assert open_image(WHOLE["JPEG"]).format == "JPEG"


def survives(data: bytes) -> None:
    """A picture of the right shape, or the one error that is promised."""
    with decoding():
        try:
            pixels = shown(data, 8)
        except BadImageError as error:
            assert str(error)  # noqa: PT017
        else:
            assert pixels.shape == (8, 8, 3)
            assert pixels.dtype == np.uint8


@given(st.binary(max_size=400))
@settings(max_examples=100)
def test_random_bytes(data: bytes) -> None:
    survives(data)


@given(st.sampled_from(FORMATS), st.floats(0, 1))
@settings(max_examples=150)
def test_truncated_files(form: str, share: float) -> None:
    survives(WHOLE[form][: int(share * len(WHOLE[form]))])


@given(st.sampled_from(FORMATS), st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=250)
def test_files_with_wrong_bytes(form: str, changes: list[tuple[float, int]]) -> None:
    data = bytearray(WHOLE[form])
    for place, value in changes:
        data[int(place**2 * len(data))] = value  # more of them near the header, where they hurt
    survives(bytes(data))


@given(st.sampled_from(FORMATS), st.binary(min_size=1, max_size=60))
@settings(max_examples=50)
def test_right_beginnings_and_random_ends(form: str, end: bytes) -> None:
    survives(WHOLE[form][:40] + end)


@given(st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1))
@settings(max_examples=50)
def test_headers_that_lie_about_the_size(width: int, height: int) -> None:
    survives(png_header(width, height))

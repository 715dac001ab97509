"""What moves stays what it was: as long, as fast, of the same format."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.avatar.portraits import SIDE, face_at, negative, stylist
from tests.data.pictures import noise

from sparring.avatar.batch import Batch, Job
from sparring.avatar.face import Face
from sparring.avatar.films import moves
from sparring.avatar.settings import AvatarSettings
from sparring.data.film import ffmpeg, frames_of, open_film


@pytest.fixture(autouse=True)
def landmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faces stay where they were found."""
    monkeypatch.setattr("sparring.avatar.pipeline.with_landmarks", lambda image, face: face)


def batch(out: Path, faces: list[Face], **settings: str) -> Batch:
    return Batch(stylist(faces, negative, settings=AvatarSettings(**settings)), out)


def animated(path: Path) -> Path:
    frames = [noise(160, 120, seed=number) for number in range(3)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[40, 80, 200], lossless=True)
    return path


@pytest.mark.parametrize("ending", [".gif", ".webp"])
@pytest.mark.parametrize("mode", ["avatar", "in-place"])
def test_an_animated_picture_stays_one(tmp_path: Path, ending: str, mode: str) -> None:
    source = animated(tmp_path / f"a{ending}")
    assert moves(source) == ending
    row = batch(tmp_path / "out", [face_at(80, 60, 50)], mode=mode).run(Job(source, source.name))
    assert row.status == "done"
    with Image.open(tmp_path / "out" / row.files[0]) as image:
        assert image.n_frames == 3
        assert image.size == ((SIDE, SIDE) if mode == "avatar" else (160, 120))
        if ending == ".gif":
            times = []
            for number in range(3):
                image.seek(number)
                times.append(image.info["duration"])
            assert times == [40, 80, 200]


def test_without_a_face_nothing_is_written(tmp_path: Path) -> None:
    row = batch(tmp_path / "out", []).run(Job(animated(tmp_path / "a.gif"), "a.gif"))
    assert (row.status, row.files) == ("no_face", ())
    assert "face the camera" in row.message
    assert not (tmp_path / "out").exists()


def test_what_stands_still_does_not_move(tmp_path: Path) -> None:
    noise(80, 80).save(tmp_path / "a.gif")
    (tmp_path / "b.gif").write_bytes(b"GIF89a")
    assert not moves(tmp_path / "a.gif")
    assert not moves(tmp_path / "b.gif")
    assert moves(tmp_path / "c.webm") == ".mkv"


def test_a_film_keeps_its_size_rate_and_sound(tmp_path: Path) -> None:
    try:
        program = ffmpeg()
    except ValueError as error:
        pytest.skip(str(error))
    source = tmp_path / "in.mp4"
    silent = [program, "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=0.4"]
    subprocess.run([*silent, "-f", "lavfi", "-i", "sine=duration=0.4", "-pix_fmt", "yuv420p", source], check=True)
    out = tmp_path / "out"
    for mode, size in (("in-place", (160, 120)), ("avatar", (SIDE, SIDE))):
        row = batch(out, [face_at(80, 60, 50)], mode=mode).run(Job(source, source.name))
        assert row.status == "done", row
        made = open_film(out / row.files[0])
        assert ((made.width, made.height), made.rate) == (size, 25)
        assert len(list(frames_of(made))) == 10
    told = subprocess.run([program, "-i", out / "in-known-in-place.mp4"], capture_output=True, text=True, check=False)
    assert "Audio:" in told.stderr
    assert "stylised faces" in told.stderr
    drawn, before = (
        list(frames_of(open_film(path)))[4].astype(int) for path in (out / "in-known-in-place.mp4", source)
    )
    assert np.abs(drawn - before)[:8].mean() < 6
    assert np.abs(drawn - before)[50:70, 70:90].mean() > 20
    nobody = batch(tmp_path / "none", []).run(Job(source, source.name))
    assert nobody.status == "no_face"
    assert list((tmp_path / "none").iterdir()) == []
    (tmp_path / "text.mp4").write_text("x")
    assert "no film that ffmpeg can read" in batch(out, []).run(Job(tmp_path / "text.mp4", "text.mp4")).message


def test_without_ffmpeg_a_film_is_a_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sparring.data.film.find_spec", lambda name: None)
    (tmp_path / "a.mp4").write_text("x")
    row = batch(tmp_path / "out", []).run(Job(tmp_path / "a.mp4", "a.mp4"))
    assert row.status == "unreadable"
    assert "films need ffmpeg" in row.message

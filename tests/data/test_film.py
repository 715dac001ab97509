"""Films: what ffmpeg reads and writes, frame by frame. Left out where there is no ffmpeg."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from sparring.data.film import ffmpeg, film_name, frames_of, open_film, writing


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Fifteen frames of 64 x 48 with half a second of sound."""
    try:
        program = ffmpeg()
    except ValueError as error:
        pytest.skip(str(error))
    path = tmp_path / "in.mp4"
    pictures = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=30000/1001:duration=0.5"]
    sound = ["-f", "lavfi", "-i", "sine=duration=0.5"]
    command = [program, "-v", "error", *pictures, *sound, "-metadata", "title=secret", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path


def test_frames_come_and_go_with_sound_and_rate(film: Path, tmp_path: Path) -> None:
    source = open_film(film)
    assert (source.width, source.height, source.rate) == (64, 48, Fraction(30000, 1001))
    frames = list(frames_of(source))
    assert len(frames) == 15
    with writing(tmp_path / "out.mp4", source, 64, 48, comment="made") as write:
        for frame in frames:
            write(frame)
    made = open_film(tmp_path / "out.mp4")
    assert made.rate == source.rate
    again = list(frames_of(made))
    assert len(again) == 15
    assert np.abs(np.stack(again).astype(int) - np.stack(frames)).mean() < 4
    told = subprocess.run([ffmpeg(), "-i", made.path], capture_output=True, text=True, check=False).stderr
    assert "Audio:" in told
    assert "secret" not in told
    assert "comment         : made" in told
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in.mp4", "out.mp4"]


def test_odd_sizes_are_written_too(film: Path, tmp_path: Path) -> None:
    with writing(tmp_path / "odd.mkv", open_film(film), 33, 21) as write:
        write(np.zeros((21, 33, 3), np.uint8))
    assert (open_film(tmp_path / "odd.mkv").width, open_film(tmp_path / "odd.mkv").height) == (33, 21)


def test_nothing_is_left_of_what_went_wrong(film: Path, tmp_path: Path) -> None:
    source = open_film(film)
    with pytest.raises(ZeroDivisionError), writing(tmp_path / "out.mp4", source, 64, 48) as write:
        write(np.zeros((48, 64 // 0, 3), np.uint8))
    with pytest.raises(ValueError, match="could not write"), writing(tmp_path / "out.mp4", source, 0, 0) as write:
        write(np.zeros((48, 64, 3), np.uint8))
    assert [file.name for file in tmp_path.iterdir()] == ["in.mp4"]
    first = frames_of(source)
    next(first)
    first.close()


def test_what_is_no_film_is_told(film: Path, tmp_path: Path) -> None:
    (film.parent / "text.mp4").write_text("hello")
    with pytest.raises(ValueError, match=r"text\.mp4 is no film that ffmpeg can read"):
        open_film(film.parent / "text.mp4")


def test_without_ffmpeg_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sparring.data.film.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="films need ffmpeg"):
        open_film(tmp_path / "a.mp4")


def test_names_end_in_what_is_written() -> None:
    assert [film_name(name) for name in ("a.mp4", "a.MOV", "a.webm", "a.b.avi")] == [
        "a.mp4",
        "a.MOV",
        "a.mkv",
        "a.b.mkv",
    ]

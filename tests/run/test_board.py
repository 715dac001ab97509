"""Event files hold what was put in."""

from __future__ import annotations

from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from sparring.run.board import Board


def test_a_text_is_there_for_whoever_opens_the_files(tmp_path: Path) -> None:
    board = Board(tmp_path, 0)
    board.text("doctor", "### warning: it is ill", 640)
    board.close()
    events = EventAccumulator(str(tmp_path), {"tensors": 0}).Reload()
    (event,) = events.Tensors("doctor/text_summary")
    assert event.step == 640
    assert event.tensor_proto.string_val == [b"### warning: it is ill"]

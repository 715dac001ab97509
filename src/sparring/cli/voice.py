"""Who speaks where: answers on stdout, talk on stderr; as one of several processes, only the first speaks."""

from __future__ import annotations

import json
import os
import sys
from typing import Any


class Voice:
    """With `json_only` an answer is one line of JSON and nothing else goes to stdout."""

    def __init__(self, json_only: bool):
        self.json_only = json_only
        self.silent = os.environ.get("RANK", "0") != "0"

    def talk(self, text: str) -> None:
        """For people, while they wait."""
        if not self.silent:
            print(text, file=sys.stderr, flush=True)

    def answer(self, data: dict[str, Any] | list[Any], text: str) -> None:
        """What was asked for: `data` for programs, `text` for people (nothing if empty)."""
        if self.silent:
            return
        if self.json_only:
            print(json.dumps(data, ensure_ascii=False, allow_nan=False), flush=True)
        elif text:
            print(text, flush=True)

    def mistake(self, sentence: str) -> None:
        """Why nothing was done; programs get it as {"error": sentence}."""
        self.talk(f"sparring: {sentence}")
        if self.json_only:
            self.answer({"error": sentence}, "")

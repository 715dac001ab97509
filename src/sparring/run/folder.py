"""A run on the disk: one folder, the only thing that training, reports and pages share."""

from __future__ import annotations

import json
from pathlib import Path

from filelock import FileLock, Timeout

from ..recipes.recipe import Recipe
from ..settings import from_json, to_json
from . import atomic


class RunFolder:
    """Where everything of a run lies. Made by `create` or `open`."""

    def __init__(self, path: Path):
        self.path = path
        self.recipe_file = path / "recipe.json"
        self.journal = path / "journal.jsonl"
        self.scores = path / "scores.jsonl"
        self.findings = path / "findings.json"
        self.vitals = path / "vitals.jsonl"
        self.autopilot = path / "autopilot.jsonl"
        self.best = path / "best.safetensors"
        self.last = path / "last.safetensors"
        self.resume = path / "resume.pt"
        self.log = path / "log.txt"
        self.report = path / "report.html"
        self.samples = path / "samples"
        self.kept_bundles = path / "kept"
        self.states = path / "states"
        self.tensorboard = path / "tensorboard"
        self.lock: FileLock | None = None

    @classmethod
    def create(cls, path: Path | str, recipe: Recipe) -> RunFolder:
        """A new run with this recipe. ValueError if something is there already, OSError if it cannot be made."""
        run = cls(Path(path))
        run.begin(recipe)
        return run

    def begin(self, recipe: Recipe) -> None:
        """Make the folder and write the recipe; errors as in `create`."""
        self.refuse_taken()
        with atomic.explained(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        atomic.write_text(self.recipe_file, json.dumps(to_json(recipe), indent=2) + "\n")

    def refuse_taken(self) -> None:
        """ValueError if a new run cannot begin here because something is here already."""
        path = self.path
        if path.exists() and not path.is_dir():
            raise ValueError(f"{path} is a file, and a run needs a folder; choose another name, e.g. {free(path)}")
        if self.is_run:
            raise ValueError(
                f"{path} already holds a run: `sparring resume {path}` goes on with it, "
                f"and a new run needs another name, e.g. {free(path)}"
            )
        # What a killed process left behind is nothing that anybody would miss.
        if path.is_dir() and any(not left.name.endswith(atomic.UNFINISHED) for left in path.iterdir()):
            raise ValueError(f"{path} is not empty; a run needs a folder of its own, e.g. {free(path)}")

    @classmethod
    def open(cls, path: Path | str) -> RunFolder:
        """An existing run. ValueError if this is none."""
        run = cls(Path(path))
        if not run.path.exists():
            raise ValueError(f"there is no run at {path}")
        if not run.is_run:
            raise ValueError(f"{path} is no run: it has no recipe.json")
        return run

    def claim(self) -> None:
        """Be the only process that writes here, until it ends or lets go. ValueError if another one does."""
        lock = FileLock(self.path / ".lock")
        try:
            with atomic.explained(self.path):
                lock.acquire(timeout=0)
        except Timeout:
            raise ValueError(f"another process is training {self.path} right now") from None
        self.lock = lock

    def let_go(self) -> None:
        """Let another process write here."""
        if self.lock:
            self.lock.release()
            self.lock = None

    @property
    def is_run(self) -> bool:
        return self.recipe_file.is_file()

    @property
    def recipe(self) -> Recipe:
        """What the run was started with. ValueError with one sentence if the file was damaged."""
        try:
            return from_json(Recipe, json.loads(self.recipe_file.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{self.recipe_file} is not a recipe that can be read: {error}") from None

    def sample(self, images: int) -> Path:
        """The sample grid made after so many images."""
        return self.samples / f"{images:09d}.png"

    def kept(self, images: int) -> Path:
        """The bundle kept after so many images."""
        return self.kept_bundles / f"{images:09d}.safetensors"

    def kept_state(self, images: int) -> Path:
        """The state kept after so many images, to go back to."""
        return self.states / f"{images:09d}.pt"

    @property
    def kept_states(self) -> dict[int, Path]:
        """All that are there, by the images seen, the oldest first."""
        files = (file for file in self.states.glob("*.pt") if file.stem.isdecimal())
        return {int(file.stem): file for file in sorted(files)}

    def forget_after(self, images: int) -> None:
        """Remove samples, kept bundles and kept states of a future that a resumed run has yet to reach."""
        for folder in (self.path, self.samples, self.kept_bundles, self.states):
            atomic.sweep(folder)
        bundles = self.kept_bundles.glob("*.safetensors")
        for file in [*self.samples.glob("*.png"), *bundles, *self.kept_states.values()]:
            if file.stem.isdecimal() and int(file.stem) > images:
                file.unlink()


def free(path: Path) -> Path:
    """The first of path-2, path-3, ... that does not exist."""
    number = 2
    while (found := path.with_name(f"{path.name}-{number}")).exists():
        number += 1
    return found

"""Runs that make up a benchmark, each once: kept as they finish, skipped when they are there, two at a time.

A cell is one run with a name such as `ring/wgan-gp/3`. What it found is one line of `cells.jsonl` in the folder
of `--out`; whatever was written whole is never computed again, so a benchmark may be stopped at any moment.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS, PAGES, PICTURES = HERE / "results", HERE.parent / "docs" / "benchmarks", HERE.parent / "docs" / "pictures"
Facts = dict[str, object]
Work = Callable[[str, argparse.Namespace], Facts]


def parser(text: str | None, out: str) -> argparse.ArgumentParser:
    """The flags that all benchmarks share."""
    made = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--out", type=Path, default=Path(out), help="folder of finished cells")
    made.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    made.add_argument("--seeds", type=int, nargs="+", help="seeds of the runs")
    made.add_argument("--only", nargs="+", help="names of methods")
    made.add_argument("--quick", action="store_true", help="a smoke run of seconds; its numbers mean nothing")
    made.add_argument("--list", action="store_true", help="only say which cells are missing")
    made.add_argument("--publish", action="store_true", help="only write the tables and pictures of what is there")
    return made


def finished(out: Path) -> dict[str, Facts]:
    """What each cell in the folder found; a line that was not written whole is none, and of two the later counts."""
    found, file = dict[str, Facts](), out / "cells.jsonl"
    for line in file.read_text().splitlines() if file.exists() else []:
        try:
            facts = json.loads(line)
        except json.JSONDecodeError:
            continue
        found[facts["cell"]] = facts
    return found


def keep(out: Path, facts: Facts) -> None:
    """Append one line in one write, and see it onto the disk."""
    out.mkdir(parents=True, exist_ok=True)
    place = os.open(out / "cells.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(place, (json.dumps(facts) + "\n").encode())
        os.fsync(place)
    finally:
        os.close(place)


def attempt(cell: str, work: Work, options: argparse.Namespace) -> Facts:
    """Run one cell in this process. Numbers that break down are a finding, anything else is an error."""
    import torch

    from sparring.play.guard import NonFiniteError

    if os.getppid() != options.parent:  # the benchmark was killed, and nobody waits for what its processes still do
        os._exit(1)
    torch.set_num_threads(1)
    start = time.perf_counter()
    try:
        found = work(cell, options)
    except NonFiniteError as error:
        found = {"broke": str(error)}
    except Exception:  # noqa: BLE001 - the other cells go on
        return {"cell": cell, "error": traceback.format_exc()}
    return {"cell": cell, **found, "seconds": round(time.perf_counter() - start, 1)}


def play(cells: Iterable[str], work: Work, options: argparse.Namespace) -> None:
    """Run the cells that are missing, `options.workers` at a time."""
    there = finished(options.out)
    missing = [cell for cell in cells if cell not in there]
    print(f"{len(there)} cells are there, {len(missing)} are missing", flush=True)
    if options.list:
        print(*missing, sep="\n")
        return
    os.environ["OMP_NUM_THREADS"] = "1"  # for the processes to come
    options.parent = os.getpid()
    start, failed = time.perf_counter(), 0
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        waiting = [pool.submit(attempt, cell, work, options) for cell in missing]
        for count, done in enumerate(as_completed(waiting), start=1):
            facts = done.result()
            if "error" in facts:
                failed += 1
                print(f"{facts['cell']} failed:\n{facts['error']}", flush=True)
                continue
            keep(options.out, facts)
            left = (time.perf_counter() - start) / count * (len(missing) - count) / 60
            print(f"{count}/{len(missing)} {summary(facts)}, about {left:.0f} min left", flush=True)
    if failed:
        raise SystemExit(f"{failed} cells failed; the same command tries them again")


def summary(facts: Facts) -> str:
    """One line: plain numbers only."""
    shown = (f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in facts.items() if k != "cell")
    return f"{facts['cell']}: " + ", ".join(part for part in shown if len(part) < 60)


def rehearse(out: Path) -> None:
    """Publish into this folder and not into the repository: numbers of a smoke run are no results."""
    global RESULTS, PAGES, PICTURES
    RESULTS, PAGES, PICTURES = out / "results", out / "docs" / "benchmarks", out / "docs" / "pictures"


def machine() -> Facts:
    """What numbers of seconds depend on."""
    import torch

    return {"torch": torch.__version__, "processor": platform.machine(), "cpus": os.cpu_count()}


def table(head: list[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; a column whose head ends in `#` holds numbers, and stands on the right."""
    rule = ["---:" if title.endswith("#") else "---" for title in head]
    lines = [[title.removesuffix("#").strip() for title in head], rule, *([str(one) for one in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def publish(name: str, facts: Facts, page: str) -> None:
    """Write benchmarks/results/NAME.json and docs/benchmarks/NAME.md."""
    for folder in (RESULTS, PAGES, PICTURES):
        folder.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps({**facts, "machine": machine()}, indent=1) + "\n")
    (PAGES / f"{name}.md").write_text(page.rstrip() + "\n")
    print(f"written: {RESULTS / name}.json and {PAGES / name}.md")

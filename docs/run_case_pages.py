"""Runs the commands on the pages in docs/cases/ anew, and puts what they say behind them.

python docs/run_case_pages.py [PAGE ...] [--work DIR]

Every line of a console block that begins with `$ ` is run, in order, in a folder of the page's own. Of a training
only what the doctor says and how it ended is kept; pictures that commands make are put into docs/pictures/.
"""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASES, PICTURES = HERE / "cases", HERE / "pictures"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
KEPT = re.compile(r"^(doctor |Done|Stopped|Doctor:|autopilot )")
SEAL = re.compile(r"^(\d+ samples: |Report: |Weights: |Go on: |Samples: )")


def output_of(command: str, work: Path) -> str:
    """What a command prints, without what changes from machine to machine. SystemExit if it fails."""
    words = shlex.split(command)
    verb = words[0]
    if verb == "sparring":
        words = [sys.executable, "-m", *words]
    elif verb == "python":
        words = [sys.executable, str(HERE.parent / words[1]), *words[2:]]
    print(f"$ {command}", flush=True)
    done = subprocess.run(words, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    lines = (done.stdout + done.stderr).splitlines()
    if " train " in f" {command} " or "--apply" in words:
        lines = [line for line in lines if KEPT.match(line)]
    return "\n".join(line.rstrip() for line in lines if not SEAL.match(line)).strip()


def run_again(page: Path, work: Path) -> None:
    """Run a page's commands in `work`, and rewrite the page."""
    if work.exists():
        shutil.rmtree(work)
    work.mkdir(parents=True)

    def block(match: re.Match[str]) -> str:
        commands = [line[2:] for line in match[1].replace("\\\n", " ").splitlines() if line.startswith("$ ")]
        written = re.findall(r"^\$ (?:.*\\\n)*.*$", match[1], re.MULTILINE)
        told = []
        for command, shown in zip(commands, written, strict=True):
            told.append("\n".join(part for part in (shown, output_of(command, work)) if part))
        return "```console\n" + "\n".join(told) + "\n```"

    page.write_text(BLOCK.sub(block, page.read_text(encoding="utf-8")), encoding="utf-8")
    for picture in work.glob("*.png"):
        if f"../pictures/{picture.name}" in page.read_text():  # faces that may not be published are drawn and not shown
            shutil.copyfile(picture, PICTURES / picture.name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", help="names in docs/cases/ without .md; all if left out")
    parser.add_argument("--work", type=Path, default=Path("runs/cases"), help="folder for the runs; emptied first")
    options = parser.parse_args()
    for page in sorted(CASES.glob("*.md")):
        if not options.pages or page.stem in options.pages:
            run_again(page, options.work.resolve() / page.stem)


if __name__ == "__main__":
    main()

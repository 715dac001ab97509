"""Whether the doctor tells planted failures from healthy runs.

    python -m benchmarks.ward [--workers 2] [--only ring-weak] [--out runs/benchmarks/ward]
    python -m benchmarks.ward --judge     # ask the rules again about the runs that are there
    python -m benchmarks.ward --publish

Run it from the root of the repository.
"""

from __future__ import annotations

from .. import cells
from .page import brief, write
from .runner import judge, work
from .table import PATIENTS


def main() -> None:
    parser = cells.parser(__doc__, "runs/benchmarks/ward")
    parser.add_argument("--judge", action="store_true", help="only ask the rules about the runs that are there")
    parser.add_argument("--half", choices=("tuning", "reporting"), help="of the patients")
    options = parser.parse_args()
    options.seeds = options.seeds or ([0] if options.quick else [0, 1, 2])
    if options.quick:
        options.out = options.out / "quick"
        cells.rehearse(options.out)
    patients = [one for one in PATIENTS.values() if options.half in (None, one.half)]
    patients = [one for one in patients if not options.only or one.id in options.only]
    names = [f"{one.id}/{seed}" for seed in options.seeds for one in patients]
    if not (options.publish or options.judge):
        cells.play(names, work, options)
    if options.list:
        return
    there = [name.rpartition("/") for name in names if name in cells.finished(options.out)]
    verdicts = [judge(options.out / "runs" / name / seed, PATIENTS[name], int(seed)) for name, _, seed in there]
    print(brief(verdicts))
    if options.publish or options.quick:
        write(verdicts, options)


if __name__ == "__main__":
    main()

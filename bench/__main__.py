"""`python -m bench` loads the real server; `python -m bench engine` times the pipeline without HTTP; `python -m bench
claims` compares the engine with the codecs that it stands on; `python -m bench remote` counts what pictures of remote
pyramids take; `python -m bench plain` compares remembered tiles with a bare view; `python -m bench eviction` measures
what a full cache of a million pictures takes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import engine, eviction, http, plain, remote
from bench.report import Report, comparison, read_report, table, write_report
from bench.wrk import LoadError

MEASURES = {"http": http, "engine": engine, "remote": remote, "plain": plain, "eviction": eviction}


def main(arguments: list[str]) -> int:
    """Prints figures and returns the exit status: 1 when an answer was an error or a claim does not hold, 2 when
    nothing could be measured.
    """
    options = read_options(arguments)
    if options.what == "claims":
        return 0 if engine.measure_claims() else 1
    measure = MEASURES[options.what].measure
    try:
        earlier = read_report(options.compare) if options.compare else None
        report = measure(rounds=options.rounds, seconds=options.seconds)
    except (AssertionError, LoadError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    show(report, earlier)
    if options.json:
        write_report(report, options.json)
    return 1 if report.errors else 0


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=(*MEASURES, "claims"), default="http")
    parser.add_argument("--rounds", type=int, default=3, help="how often each step is measured (3)")
    parser.add_argument("--seconds", type=float, default=4, help="how long each round takes (4)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="print ratios to the figures in FILE")
    return parser.parse_args(arguments)


def show(report: Report, earlier: Report | None) -> None:
    print(f"\n{table(report)}")
    if earlier:
        print(f"\nRatios to the earlier figures; from 0.85 to 1.2 is noise.\n\n{comparison(report, earlier)}")
    if report.errors:
        print(f"\n{report.errors} answers were errors: the figures mean nothing.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

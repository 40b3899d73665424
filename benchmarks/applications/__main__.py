"""python -m benchmarks.applications NAME [--json] [--data DIR] [--out DIR]"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from motekit.core.errors import MotekitError

from .data import DATA
from .run import run

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("MOTEKIT_SHARED", ROOT.parent / "shared"))
STARTED = time.monotonic()


def report(what: str, done: int, total: int, note: str = "") -> None:
    """One line that is written over; into a file a line for every step, with seconds."""
    if sys.stderr.isatty():
        print(f"\r{what} {done}/{total} {note:<50}", end="", file=sys.stderr, flush=True)
    elif report.__dict__.get("last") != (what, done):
        report.__dict__["last"] = (what, done)
        print(f"{time.monotonic() - STARTED:7.0f} s  {what} {done}/{total} {note}", file=sys.stderr,
              flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.applications")
    parser.add_argument("name", choices=sorted(DATA))
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, default=SHARED / "data", help="data sets")
    parser.add_argument("--out", type=Path, default=Path("applications"), help="project folders")
    given = parser.parse_args()
    try:
        found = run(given.name, given.data, given.out, report)
    except MotekitError as error:
        sys.exit(f"{parser.prog}: {error}")
    text = found.pop("text")
    print(json.dumps(found, indent=1) if given.json else "\n".join(text))


if __name__ == "__main__":
    main()

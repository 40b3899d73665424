"""python tests/fuzz/fuzz_tflite.py [--minutes 30 | --runs N] [--seed S] [MODELS]

Feeds damaged .tflite files to the importer: bytes flipped, 32-bit words replaced by extreme
numbers, pieces copied over each other, ends cut off. Every run must end in a graph or in an
InputError, within 5 s and 1 GB. Prints the number of runs; a failing file is written beside.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import struct
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from motekit.core.errors import InputError
from motekit.graph.importers.tflite import load

LIMIT_S, LIMIT_BYTES = 5, 1 << 30
EXTREMES = (0, 1, 2, 3, 4, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFC, 0xFFFF, 0x10000)


def damaged(content: bytes, rng: random.Random) -> bytes:
    """A copy with a few random changes; the places are drawn so that headers are hit often."""
    out = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 3, 8, 40))):
        at = min(int(rng.expovariate(1 / (len(out) / 4 + 1))), len(out) - 1)
        if rng.random() < 0.5:
            at = len(out) - 1 - at  # writers put the tables at one end
        kind = rng.randrange(6)
        if kind == 0:
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            out[at] = rng.randrange(256)
        elif kind == 2:
            word = at & ~3
            if word + 4 <= len(out):
                out[word : word + 4] = struct.pack("<I", rng.choice(EXTREMES))
        elif kind == 3:
            n, source = rng.choice((4, 8, 32)), rng.randrange(len(out))
            out[at : at + n] = out[source : source + n]
        elif kind == 4:
            word = at & ~3
            if word + 4 <= len(out):
                (value,) = struct.unpack_from("<I", out, word)
                moved = (value + rng.choice((-4, -1, 1, 4, 256))) & 0xFFFFFFFF
                out[word : word + 4] = struct.pack("<I", moved)
        elif len(out) > 64 and rng.random() < 0.2:
            del out[rng.randrange(32, len(out)) :]
    return bytes(out)


def try_one(content: bytes) -> str:
    """What became of one file: "graph" or "refused". Anything else raises."""
    signal.alarm(LIMIT_S)
    try:
        load(content, "model", Path("fuzz.tflite"))
        return "graph"
    except InputError:
        return "refused"
    finally:
        signal.alarm(0)


def seeds(folders: list[Path]) -> list[bytes]:
    """The models to damage; small ones, so that changes hit structure."""
    found: list[bytes] = []
    for folder in folders:
        files = [folder] if folder.is_file() else sorted(folder.rglob("*lite"))
        found += [p.read_bytes() for p in files if 500 < p.stat().st_size < 120_000]
    return found


def until(minutes: float, runs: int) -> Iterator[int]:
    end = time.monotonic() + minutes * 60
    count = 0
    while (runs and count < runs) or (not runs and time.monotonic() < end):
        yield count
        count += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    shared = Path(__file__).parents[3] / "shared" / "models"
    starts = seeds(args.models or [shared])
    if not starts:
        print("no models to start from: name some .tflite files")
        return 2
    rng = random.Random(args.seed)
    ends = {"graph": 0, "refused": 0}
    slowest = 0.0
    for i in until(args.minutes, args.runs):
        content = damaged(rng.choice(starts), rng)
        begin = time.monotonic()
        try:
            ends[try_one(content)] += 1
        except BaseException:
            Path(f"fuzz-tflite-{args.seed}-{i}.bin").write_bytes(content)
            traceback.print_exc()
            print(f"run {i} of seed {args.seed} failed")
            return 1
        slowest = max(slowest, time.monotonic() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{sum(ends.values())} runs: {ends}; slowest {slowest:.2f} s, peak {peak} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What the fuzz commands of the importers share: damage, limits, and the loop that counts runs."""

from __future__ import annotations

import argparse
import random
import resource
import signal
import struct
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.graph.floats.calibrate import floats_of
from motekit.graph.floats.fuse import fuse
from motekit.graph.floats.quantize import quantize
from motekit.graph.floats.real import is_real
from motekit.graph.floats.spread import spread
from motekit.graph.spec import check

LIMIT_S, LIMIT_BYTES = 5, 1 << 30
EXTREMES = (0, 1, 2, 3, 4, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFC, 0xFFFF, 0x10000)
NUMBERS = (0, 1, -1, 2, 3, 7, 255, 256, -128, 65536, 1 << 31, -(1 << 31), (1 << 63) - 1,
           -(1 << 63), 1 << 40)  # fmt: skip
Load = Callable[[bytes, str, Path], Graph]
Damage = Callable[[bytes, random.Random], bytes]


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


def number(value: int | float, rng: random.Random) -> int | float:
    """Another number in place of one."""
    if isinstance(value, float):
        return rng.choice((0.0, -1.0, 1e-30, 1e30, -1e38, float("inf"), float("nan"), value / 2))
    return rng.choice((value + 1, value - 1, -value, value * 2, rng.choice(NUMBERS)))


def try_one(load: Load, content: bytes, path: Path) -> str:
    """What became of one file: "graph", "float graph" or "refused". Anything else raises."""
    signal.alarm(LIMIT_S)
    try:
        with np.errstate(all="ignore"):  # as `read_model` does
            graph = load(content, "model", path)
        if not is_real(graph):
            return "graph"
        real = spread(fuse(graph))
        check(quantize(real, dict.fromkeys(floats_of(real), (-1.5, 2.0))))
        return "float graph"
    except InputError:
        return "refused"
    finally:
        signal.alarm(0)


def until(minutes: float, runs: int) -> Iterator[int]:
    end = time.monotonic() + minutes * 60
    count = 0
    while (runs and count < runs) or (not runs and time.monotonic() < end):
        yield count
        count += 1


def arguments(text: str | None) -> argparse.Namespace:
    """The command line that all fuzz commands have."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def contents(named: Sequence[Path], pattern: str, largest: int = 120_000) -> list[bytes]:
    """The models to damage; small ones, so that changes hit structure."""
    shared = Path(__file__).parents[3] / "shared" / "models"
    found: list[bytes] = []
    for place in named or [shared]:
        files = [place] if place.is_file() else sorted(place.rglob(pattern))
        found += [p.read_bytes() for p in files if 100 < p.stat().st_size < largest]
    return found


def fuzz(name: str, load: Load, starts: Sequence[bytes], damage: Damage, args: argparse.Namespace
         ) -> int:  # fmt: skip
    """Run until time is up or a run fails; a failing file is written beside. Prints the count."""
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    if not starts:
        print("no models to start from: name some files")
        return 2
    rng = random.Random(args.seed)
    ends: Counter[str] = Counter()
    slowest = 0.0
    for i in until(args.minutes, args.runs):
        content = damage(rng.choice(starts), rng)
        begin = time.monotonic()
        try:
            ends[try_one(load, content, Path(f"fuzz.{name}"))] += 1
        except BaseException:
            Path(f"fuzz-{name}-{args.seed}-{i}.bin").write_bytes(content)
            traceback.print_exc()
            print(f"run {i} of seed {args.seed} failed")
            return 1
        slowest = max(slowest, time.monotonic() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name}: {sum(ends.values())} runs: {dict(ends)}; slowest {slowest:.2f} s, peak {peak} MB"
    )
    sys.stdout.flush()
    return 0

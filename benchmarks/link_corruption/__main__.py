"""Damages frames of the mote link and counts what both receiving ends make of it.

    python -m benchmarks.link_corruption --frames 10000000 --python-frames 200000

The C device makes frames of four streams in many boots; half of its frames, more or less from
boot to boot, are lost, doubled, delayed past others, cut, flipped, overwritten, mixed with noise,
glued together, or followed by one of an earlier boot. Every sample that a receiver accepts and
every gap that it reports is compared with the truth. Exit code 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from motekit.links.collector import Collector
from motekit.links.formats import to_bytes
from motekit.links.memorysink import MemorySink
from motekit.links.options import Options
from motekit.links.virtual.build import compile_host, link_sources

HERE = Path(__file__).parent
KINDS = (
    "dropped", "doubled", "delayed", "cut at the end", "cut at the start", "cut in the middle",
    "bits flipped", "overwritten", "noise inserted", "end removed", "an old frame after it",
)  # fmt: skip
STREAMS = {"imu": (0, 6, 2), "ppg": (1, 2, 3), "adc": (2, 1, 2), "battery": (3, 1, 4)}
PORTION = 1 << 19  # harmed frames per call of the C part


class Count(ctypes.Structure):
    """As mk_corruption_count."""

    _fields_ = (
        ("frames", ctypes.c_uint64), ("harmed", ctypes.c_uint64),
        ("kinds", ctypes.c_uint64 * len(KINDS)),
        *((name, ctypes.c_uint64) for name in (
            "bytes", "accepted", "missing", "gaps", "boots", "refused", "rejected", "late",
            "wrong", "inexact", "overlooked",
        )),
    )  # fmt: skip

    def plain(self) -> dict[str, Any]:
        out = {name: getattr(self, name) for name, _ in self._fields_ if name != "kinds"}
        return {**out, "kinds": dict(zip(KINDS, self.kinds, strict=True))}


def library() -> ctypes.CDLL:
    sources = [HERE / "mk_corruption.c", *link_sources(reader=True)]
    lib = ctypes.CDLL(str(compile_host("corruption", sources, library=True)))
    lib.mk_corruption_run.restype = ctypes.c_size_t
    return lib


def run_c(lib: ctypes.CDLL, frames: int, seed: int) -> Count:
    """The C receiver, until so many frames were harmed."""
    count = Count()
    while count.harmed < frames:
        goal = ctypes.c_uint64(min(frames, count.harmed + PORTION))
        size = ctypes.c_size_t(0)
        lib.mk_corruption_run(ctypes.c_uint32(seed), goal, ctypes.byref(count), None, size)
        seed += 1
    return count


def truth(boot: int, stream: int, index: np.ndarray, size: int) -> bytes:
    """Samples as mk_corruption_byte makes them."""
    u32 = np.uint32
    column = index.astype(u32)[:, None] * u32(2654435761) ^ u32(boot)
    x = column + u32(stream * 40503) + np.arange(size, dtype=u32) * u32(668265263)
    x = (x ^ x >> u32(15)) * u32(2246822519)
    x ^= x >> u32(13)
    dense = (index[:, None] & 64) != 0
    return np.where(dense, x >> u32(24), (x >> u32(29)) // u32(7)).astype(np.uint8).tobytes()


def run_python(lib: ctypes.CDLL, frames: int, seed: int) -> dict[str, Any]:
    """The Python receiver, on what the C part damaged."""
    out = {"frames": 0, "harmed": 0, "bytes": 0, "accepted": 0, "missing": 0, "wrong": 0,
           "inexact": 0}  # fmt: skip
    buffer = ctypes.create_string_buffer(1 << 22)
    spent = 0.0
    while out["harmed"] < frames:
        count = Count()
        size = lib.mk_corruption_run(
            ctypes.c_uint32(seed), ctypes.c_uint64(frames), ctypes.byref(count), buffer,
            ctypes.c_size_t(len(buffer)),
        )  # fmt: skip
        sink = MemorySink()
        collector = Collector(sink, Options(passive=True, settle_s=0.0))
        began = time.perf_counter()
        data = buffer.raw[:size]
        for number, at in enumerate(range(0, size, 3000)):
            collector.receive(data[at : at + 3000], number * 0.1)
            collector.poll(number * 0.1)
        collector.close(size * 0.1)
        spent += time.perf_counter() - began
        for key in ("frames", "harmed", "bytes"):
            out[key] += getattr(count, key)
        check_python(sink, out)
        seed += 1
    return {**out, "mb_per_s": round(out["bytes"] / spent / 1e6, 2)}


def check_python(sink: MemorySink, out: dict[str, Any]) -> None:
    """Compare what the sink has with the truth; adds to `out`."""
    for key, parts in sink.parts.items():
        stream, channels, width = STREAMS[key[2]]
        boot = int(key[1].removeprefix("boot-"), 16)
        rows = [(p.first_index, p.first_index + len(p)) for p in parts]
        gaps = [(g.start, g.start + g.count) for g in sink.gaps.get(key, [])]
        edges = sorted(rows + gaps)
        out["inexact"] += sum(a[1] != b[0] for a, b in itertools.pairwise(edges))
        out["missing"] += sum(b - a for a, b in gaps)
        for part in parts:
            expected = truth(boot, stream, part.index(), channels * width)
            number = {2: 2, 3: 3, 4: 5}[width]
            out["accepted"] += len(part)
            out["wrong"] += len(part) * (to_bytes(part.values, number) != expected)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000, help="harmed frames, C receiver")
    parser.add_argument("--python-frames", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    lib = library()
    began = time.perf_counter()
    count = run_c(lib, args.frames, args.seed)
    seconds = time.perf_counter() - began
    c = {**count.plain(), "seconds": round(seconds, 1)}
    python = run_python(lib, args.python_frames, args.seed + 1_000_000)
    if args.json:
        print(json.dumps({"c": c, "python": python}, indent=1))
    else:
        for end, values in (("C", c), ("Python", python)):
            print(end)
            for name, value in values.items():
                if isinstance(value, dict):
                    for kind, n in value.items():
                        print(f"    {kind:22} {n:>14,}")
                else:
                    print(f"  {name:24} {value:>14,}")
    bad = sum(c[k] for k in ("wrong", "inexact", "overlooked"))
    bad += python["wrong"] + python["inexact"]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

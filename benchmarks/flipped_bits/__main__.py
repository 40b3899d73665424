"""python -m benchmarks.flipped_bits [--flips 1000] [--json]: does `verify` find every one?

A store of real recordings, some relabelled, replaced and removed. Again and again one bit of one
stored file is flipped, chosen evenly among all bits, and then by file, so that small files get
their share; `verify` must name that file and no other, and the flip is undone.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from motekit.core.recording import Segment
from motekit.recordings import samples
from motekit.recordings.store import Store


def filled(folder: Path) -> Store:
    """Twelve recordings with labels, segments, one removed and one replaced."""
    store = Store(folder)
    recordings = samples.load("spar_watch")[:12]
    for _ in store.add(recordings):
        pass
    store.relabel(recordings[0].name, segments=(Segment("a", 3, 90),), label=None)
    store.remove(recordings[1].name)
    longer = recordings[2].streams[0]
    changed = replace(longer, values=np.concatenate([longer.values, longer.values[:5]]))
    list(store.add([replace(recordings[2], streams=(changed,))], overwrite=True))
    return store


def bits(files: list[Path], flips: int, chance: random.Random) -> Iterator[tuple[Path, int]]:
    """(file, bit): every other one evenly over all bits, every other one evenly over files."""
    sizes = [path.stat().st_size for path in files]
    for number in range(flips):
        path = chance.choices(files, sizes if number % 2 else None)[0]
        yield path, chance.randrange(8 * path.stat().st_size)


def run(folder: Path, flips: int, seed: int) -> dict[str, object]:
    """Flip and verify; the figures by name."""
    store = filled(folder)
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != ".lock")
    assert not store.verify()
    chance = random.Random(seed)
    found = named = 0
    since = time.perf_counter()
    for path, bit in bits(files, flips, chance):
        whole = path.read_bytes()
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        damages = store.verify()
        found += bool(damages)
        named += [damage.file for damage in damages] == [path.name]
        path.write_bytes(whole)
    return {
        "flips": flips,
        "found": found,
        "found_with_the_right_file_alone": named,
        "files": len(files),
        "stored_bytes": sum(path.stat().st_size for path in files),
        "verify_s": round((time.perf_counter() - since) / flips, 4),
        "damaged_at_the_end": len(store.verify()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flipped_bits")
    parser.add_argument("--flips", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flips-") as folder:
        figures = run(Path(folder) / "recordings", arguments.flips, arguments.seed)
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:<34}{value}  [measured]")
    if figures["found"] != arguments.flips or figures["damaged_at_the_end"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

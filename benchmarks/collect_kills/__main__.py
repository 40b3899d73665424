"""python -m benchmarks.collect_kills [--kills 500] [--json]: kill -9 while `motekit collect` runs.

A virtual mote streams 6 axes at 200 Hz, 1 channel at 1 kHz and 2 at 5 Hz over TCP, with 1 % of
what is carried lost. `motekit collect` is killed at a random moment after its start, at any stage
of it, and resumed, again and again; then it ends by Ctrl-C. Everything that was acknowledged left
the mote's buffer: every sample from index 0 on must be in the recording, once, as sent.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motekit.core.recording import Recording
from motekit.links.virtual.endpoints import TcpEndpoint
from motekit.links.virtual.network import Faults
from motekit.links.virtual.serve import Served
from motekit.recordings.store import Store
from motekit.testing.transport import STREAMS, virtual_mote

LONGEST_S = 4.0  # a collection lives at most this long after its start
RING = 64_000_000  # bytes: more than the mote makes while the host starts again


class Collecting:
    """`motekit collect` as a process."""

    def __init__(self, project: Path, where: str, *, resume: bool) -> None:
        # With the backlog, what a child took that was killed before its take began counts too.
        rest = ["--resume"] if resume else [where, "--label", "kills", "--backlog"]
        command = [sys.executable, "-m", "motekit", "collect", "--project", str(project), *rest]
        self.since = time.monotonic()
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self._samples = project / ".motekit" / "collect"
        self._before = self._size()

    def _size(self) -> int:
        return sum(path.stat().st_size for path in self._samples.glob("*/0.samples"))

    def live_until(self, seconds: float) -> float | None:
        """Wait; when its first new samples were on the disk, seconds after its start, or None."""
        first = None
        while (lived := time.monotonic() - self.since) < seconds:
            if first is None and self._size() > self._before:
                first = lived
            time.sleep(0.02)
        return first

    def kill(self) -> int:
        """kill -9; the exit code, if it ended before that."""
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()
        return self._process.returncode

    def end(self) -> int:
        """Ctrl-C, and what came of it."""
        self._process.send_signal(signal.SIGINT)
        _, said = self._process.communicate(timeout=120)
        if self._process.returncode not in (0, 1):  # 1: the mote's noise repeats, check says so
            raise RuntimeError(said)
        return self._process.returncode


def counted(recordings: Sequence[Recording]) -> dict[str, int]:
    """Samples that are there, that are not, that are there twice, that are wrong, and before
    which time goes back."""
    stored = lost = twice = wrong = back = 0
    for source in STREAMS:
        index = np.concatenate([r.stream(source.sensor).index() for r in recordings])
        values = np.concatenate([r.stream(source.sensor).values for r in recordings])
        once = np.unique(index)
        stored += len(index)
        lost += int(once[-1] + 1) - len(once)
        twice += len(index) - len(once)
        wrong += int((values != source.values[index % len(source)]).any(axis=1).sum())
        times = [r.stream(source.sensor).time_s for r in recordings]
        back += sum(int((np.diff(t) < 0).sum()) for t in times if t is not None)
    return {
        "samples": stored, "lost": lost, "duplicates": twice, "wrong": wrong, "times_back": back,
    }  # fmt: skip


def run(project: Path, kills: int, seed: int) -> dict[str, object]:
    """Kill, resume, end, count; the figures by name."""
    (project / "mote.toml").write_text('name = "bench"\n', encoding="utf-8")
    chance, endpoint = random.Random(seed), TcpEndpoint()
    faults = Faults(delay_s=0.002, extra_s=0.002, drop=0.01)
    restarts: list[float] = []
    with Served(virtual_mote(ring_bytes=RING), endpoint, faults):
        where = f"tcp:{endpoint.where}"
        child = Collecting(project, where, resume=False)
        for done in range(kills):
            first = child.live_until(chance.uniform(0.0, LONGEST_S))
            code = child.kill()
            if first is not None:
                restarts.append(first)
            # It had not written its plan yet: there is nothing to resume.
            fresh = not list((project / ".motekit" / "collect").glob("*/plan.json"))
            if code not in (-signal.SIGKILL, 2):
                raise RuntimeError(f"collect ended by itself after {done} kills: {code}")
            child = Collecting(project, where, resume=not fresh)
        child.live_until(10.0)
        child.end()
    store = Store.of_project(project)
    recordings = sorted(store, key=lambda r: r.started_at or 0.0)
    return {
        "kills": kills,
        "recordings": len(recordings),
        **counted(recordings),
        "gaps": sum(len(s.gaps) for r in recordings for s in r.streams),
        "damaged_files": len(store.verify()),
        "lived_to_store": len(restarts),
        "restart_s_median": round(float(np.median(restarts)), 2) if restarts else None,
        "restart_s_max": round(max(restarts), 2) if restarts else None,
        "left_over": len(os.listdir(project / ".motekit" / "collect")),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.collect_kills")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    # A shell ignores it for what it runs in the background, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        figures = run(Path(folder), arguments.kills, arguments.seed)
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:<20}{value}  [measured]")
    if any(
        figures[key]
        for key in ("lost", "duplicates", "wrong", "times_back", "damaged_files", "left_over")
    ):
        raise SystemExit(1)


if __name__ == "__main__":
    main()

"""python -m benchmarks.collect_kills [--kills 500] [--json]: kill -9 while `motekit collect` runs.

A virtual mote streams 6 axes at 200 Hz, 1 channel at 1 kHz and 2 at 5 Hz over TCP, with 1 % of
what is carried lost. `motekit collect` is killed at a random moment after its start, at any stage
of it, and resumed, again and again; then it ends by Ctrl-C. Afterwards the mote is asked what its
buffer still holds: all that it forgot was acknowledged, since the buffer is larger than what it
makes. `lost` counts samples that it forgot and that no recording has; `left` counts those that it
still holds, because the last collection ended before they came.

Ctrl-C (once) ends the killing, not the counting: the figures of the kills so far are printed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.told import Told
from motekit.core.recording import Recording
from motekit.links.frames import Hold
from motekit.links.sequence import unwrap
from motekit.links.session import Session
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
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        self._samples = project / ".motekit" / "collect"
        self._before = self.size()

    def size(self) -> int:
        """Bytes of samples on the disk."""
        return sum(path.stat().st_size for path in self._samples.glob("*/0.samples"))

    def live_until(self, seconds: float) -> float | None:
        """Wait; when its first new samples were on the disk, seconds after its start, or None."""
        first = None
        while (lived := time.monotonic() - self.since) < seconds:
            if first is None and self.size() > self._before:
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


class Asking(Session):
    """Learns what a device holds, and takes nothing."""

    held: tuple[int, ...] | None = None  # per stream: the oldest index in its buffer

    def _on_hold(self, frame: Hold, now: float) -> None:
        super()._on_hold(frame, now)
        self.held = tuple(unwrap(held, end) for end, held in frame.streams)


def still_held(port: int) -> dict[str, int]:
    """The oldest sample of each sensor that the mote has not forgotten."""
    session = Asking()
    with socket.create_connection(("127.0.0.1", port), 10.0) as link:
        link.settimeout(0.05)
        session.connected(time.time())
        deadline = time.monotonic() + 60.0
        while session.held is None:
            if time.monotonic() > deadline:
                raise RuntimeError("the mote does not say what it holds")
            with contextlib.suppress(TimeoutError):
                session.receive(link.recv(65536), time.time())
            link.sendall(session.poll(time.time()))
    assert session.device is not None
    names = (sensor.name for sensor in session.device.sensors)
    return dict(zip(names, session.held, strict=True))


def counted(recordings: Sequence[Recording], held: Mapping[str, int]) -> dict[str, int]:
    """Samples that are there, that were forgotten by the mote without being there, that it still
    holds, that are there twice, that are wrong, and before which time goes back."""
    stored = lost = left = twice = wrong = back = 0
    for source in STREAMS:
        index = np.concatenate([r.stream(source.sensor).index() for r in recordings])
        values = np.concatenate([r.stream(source.sensor).values for r in recordings])
        once = np.unique(index)
        stored += len(index)
        end = int(once[-1]) + 1  # what was sampled after the end of the last take is in none
        forgotten = min(held[source.sensor], end)
        without = forgotten - int(np.searchsorted(once, forgotten))
        lost += without
        left += end - len(once) - without
        twice += len(index) - len(once)
        wrong += int((values != source.values[index % len(source)]).any(axis=1).sum())
        times = [r.stream(source.sensor).time_s for r in recordings]
        back += sum(int((np.diff(t) < 0).sum()) for t in times if t is not None)
    return {
        "samples": stored, "lost": lost, "left": left, "duplicates": twice, "wrong": wrong,
        "times_back": back,
    }  # fmt: skip


def run(project: Path, kills: int, seed: int, told: Told) -> dict[str, object]:
    """Kill, resume, end, count; the figures by name."""
    (project / "mote.toml").write_text('name = "bench"\n', encoding="utf-8")
    chance, endpoint = random.Random(seed), TcpEndpoint()
    faults = Faults(delay_s=0.002, extra_s=0.002, drop=0.01)
    restarts: list[float] = []
    done = 0
    with Served(virtual_mote(ring_bytes=RING), endpoint, faults):
        where = f"tcp:{endpoint.where}"
        child = Collecting(project, where, resume=False)
        while done < kills and not told.stop:
            first = child.live_until(chance.uniform(0.0, LONGEST_S))
            code = child.kill()
            done += 1
            told(done, kills, f"{len(restarts)} stored something, {child.size() // 1000} kB")
            if first is not None:
                restarts.append(first)
            # It had not written its plan yet: there is nothing to resume.
            fresh = not list((project / ".motekit" / "collect").glob("*/plan.json"))
            if code not in (-signal.SIGKILL, 2):
                raise RuntimeError(f"collect ended by itself after {done} kills: {code}")
            child = Collecting(project, where, resume=not fresh)
        child.live_until(10.0)
        child.end()
        held = still_held(endpoint.port)
    store = Store.of_project(project)
    recordings = sorted(store, key=lambda r: r.started_at or 0.0)
    return {
        "kills": done,
        "recordings": len(recordings),
        **counted(recordings, held),
        "gaps": dict(Counter(g.reason for r in recordings for s in r.streams for g in s.gaps)),
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
    # A shell ignores SIGINT for what it runs in the background, and children inherit that:
    # Told's handler, which is no child's, ends it.
    told = Told()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        figures = run(Path(folder), arguments.kills, arguments.seed, told)
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

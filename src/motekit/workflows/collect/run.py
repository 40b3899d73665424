"""Collect into a project: what was left over first, then the new, then what is to say of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from motekit.core.errors import InputError, MotekitError
from motekit.links.ledger import Missing
from motekit.links.transport import steady_clock
from motekit.recordings.check import CheckReport
from motekit.recordings.store import Store

from .collection import Collection, Where
from .device import State
from .finish import finish, verdict
from .plan import FILE, Plan, held, left_over, make, read

STEP_S: Final = 0.1
Show = Callable[[Collection, Where], None]


@dataclass(frozen=True)
class Result:
    """What a collection came to.

    Args:
        recordings: what is known of them (SPEC.md, "Project store"), by name.
        recovered: names of those that an earlier, killed collection left.
        set_aside: where collections are that could not be read any more, and why.
        devices: as they were at the end.
        gaps: the newest of what is missing.
        interrupted: somebody ended it before its time; without a length that is how it ends.
        error: what a device failed with, or None.
    """

    recordings: dict[str, dict[str, Any]]
    recovered: tuple[str, ...]
    set_aside: tuple[str, ...]
    devices: tuple[State, ...]
    gaps: tuple[Missing, ...]
    report: CheckReport
    interrupted: bool
    error: MotekitError | None

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "recordings": [_recording(*item) for item in self.recordings.items()],
            "recovered": list(self.recovered), "set_aside": list(self.set_aside),
            "devices": [_device(state) for state in self.devices],
            "gaps": [asdict(gap) for gap in self.gaps],
            "check": self.report.as_dict(), "interrupted": self.interrupted,
            "error": None if self.error is None else self.error.as_dict(),
        }  # fmt: skip


def _recording(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    streams = [
        {
            "sensor": s["sensor"], "samples": s["rows"], "rate_hz": s["rate_hz"],
            "missing": sum(count for _, count, _ in s["gaps"]),
        }
        for s in facts["streams"]
    ]  # fmt: skip
    about = {key: facts["recording"][key] for key in ("label", "subject", "session", "device")}
    return {"name": name, **about, "streams": streams}


def _device(state: State) -> dict[str, Any]:
    sensors = [
        {
            "sensor": f.sensor, "nominal_hz": f.nominal_hz, "rate_hz": f.rate_hz,
            "samples": f.samples, "lost": f.lost, "jitter_p95_us": f.jitter_us,
            "clipped": {level.name: level.clipped for level in f.levels},
        }
        for f in state.figures
    ]  # fmt: skip
    return {
        "address": state.address, "name": state.name, "firmware": state.firmware,
        "clock_ppm": state.clock_ppm[0] if state.clock_ppm else None,
        "battery_percent": state.battery, "damaged_frames": state.damaged, "sensors": sensors,
    }  # fmt: skip


def recover(project: Path, store: Store) -> tuple[list[str], list[str]]:
    """Make recordings of collections whose process was killed; their names, and where those
    were put whose samples were damaged since."""
    names, aside = list[str](), list[str]()
    for folder in left_over(project):
        with held(folder):
            try:
                names += finish(folder, store)
            except InputError as error:
                target = folder.parent.parent / "damaged" / folder.name
                target.parent.mkdir(exist_ok=True)
                folder.rename(target)
                aside.append(f"{target}: {error.line()}")
    return names, aside


def new_session() -> str:
    """A name for recordings that were made together."""
    return time.strftime("%Y-%m-%d %H:%M:%S")


def _stamp() -> str:
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + f"-{time.time_ns() % 10**9:09d}"


def resumable(project: Path) -> Path:
    """The newest collection that was killed. Raises InputError if there is none."""
    found = [folder for folder in left_over(project) if (folder / FILE).exists()]
    if not found:
        raise InputError("there is nothing to resume", where=project,
                         way_out="start with: motekit collect")  # fmt: skip
    return found[-1]


@contextmanager
def _folder(project: Path, plan: Plan, resumed: Path | None) -> Iterator[Path]:
    folder = resumed or make(project, _stamp())
    with held(folder):
        plan.write(folder)
        yield folder


def collect(
    project: Path, store: Store, plan: Plan, show: Show, *, wait_s: float, resume: bool = False
) -> Result:
    """Collect until the takes are there or somebody interrupts; see `Collection`.

    Raises MotekitError if it cannot begin. Whatever was acknowledged to a device is in a
    recording afterwards, or in a collection that the next call recovers.
    """
    resumed = resumable(project) if resume else None
    plan = read(resumed) if resumed else plan
    recovered, aside = ([], []) if resume else recover(project, store)
    with _folder(project, plan, resumed) as folder:
        try:
            collection = Collection(plan, folder, wait_s, steady_clock())
        except MotekitError:
            if resumed is None:
                _nothing(folder)
            raise
        try:
            interrupted = _run(collection, show)
        finally:
            collection.stop()
            if plan.takes or plan.backlog:  # a backlog is kept from the first sample on
                names = finish(folder, store)
            else:
                _nothing(folder)
                names = []
    states = tuple(device.state() for device in collection.devices)
    gaps = tuple(gap for device in collection.devices for gap in device.collector.gaps)
    errors = (device.error for device in collection.devices)
    return Result(
        {name: store.facts(name) for name in names}, tuple(recovered), tuple(aside), states, gaps,
        verdict(store, names), interrupted and plan.seconds > 0,
        next((error for error in errors if error is not None), None),
    )  # fmt: skip


def _run(collection: Collection, show: Show) -> bool:
    """Step and show until it is done; whether it was interrupted."""
    collection.start()
    interrupted = False
    while True:
        try:
            where = collection.step()
            show(collection, where)
            if where.phase == "done":
                return interrupted
            time.sleep(STEP_S)
        except KeyboardInterrupt:
            interrupted = True
            if not collection.interrupt():
                return interrupted


def _nothing(folder: Path) -> None:
    """No take began: there is nothing to keep."""
    shutil.rmtree(folder, ignore_errors=True)


def look_at(addresses: Sequence[str], show: Show, *, wait_s: float, seconds: float) -> Collection:
    """Show devices without recording: nothing is kept, and devices keep all they have."""
    collection = Collection(Plan(list(addresses), seconds=seconds), None, wait_s)
    try:
        _run(collection, show)
    finally:
        collection.stop()
    return collection

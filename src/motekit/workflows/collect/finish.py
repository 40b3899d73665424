"""Recordings from a collection: each take of each boot of each device."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from motekit.core.errors import InputError
from motekit.core.recording import Recording, Stream
from motekit.links.filesink import FileSink
from motekit.recordings.check import CheckReport, check
from motekit.recordings.live import between, boots_of, recording
from motekit.recordings.store import Store

from .plan import FILE, Plan, Take, read, samples

OF_A_SET = {"single_recording", "single_subject"}  # of one recording they say nothing


def finish(folder: Path, store: Store) -> list[str]:
    """Store what was collected and remove the folder; the names of the recordings.

    Doing it again after an interruption gives the same. Raises MachineError, InputError; the
    folder is then as it was.
    """
    names: list[str] = []
    if (folder / FILE).exists():
        plan = read(folder)
        for number, address in enumerate(plan.devices):
            path = samples(folder, number)
            if path.exists():
                with FileSink(path):  # mends an end that was cut off, and refuses damage
                    pass
                names += [_add(store, made) for made in _recordings(plan, path, address)]
    shutil.rmtree(folder)
    return names


def _recordings(plan: Plan, path: Path, address: str) -> Iterator[Recording]:
    boots = boots_of(path)
    takes = plan.takes or [Take(None, None)]
    for number, take in enumerate(takes):
        found = 0
        for (device, boot), streams in boots.items():
            cut = [stream for stream in _cut(streams, take) if len(stream)]
            if not cut:
                continue
            found += 1
            made = recording("", device, plan.session or boot, cut)
            name = _name(plan, made, number if len(takes) > 1 else None, found)
            about = {"link": address.partition(":")[0], "boot": boot}
            if device in plan.firmware:
                about["firmware"] = plan.firmware[device]
            yield replace(
                made, name=name, label=plan.label, subject=plan.subject,
                metadata={**made.metadata, **about},
            )  # fmt: skip


def _cut(streams: Sequence[Stream], take: Take) -> Iterator[Stream]:
    start = float("-inf") if take.start is None else take.start
    stop = float("inf") if take.stop is None else take.stop
    return (between(stream, start, stop) for stream in streams)


def _name(plan: Plan, made: Recording, take: int | None, boot: int) -> str:
    """`label.device.day-time`, with the number of the take, and of the boot within it."""
    when = time.strftime("%Y%m%d-%H%M%S", time.gmtime(made.started_at or 0.0))
    words = [plan.label or "recording", made.device or "device", when]
    text = ".".join(re.sub(r"[^A-Za-z0-9_-]+", "_", word)[:48] for word in words)
    text += "" if take is None else f".{take + 1}"
    return text if boot == 1 else f"{text}.boot{boot}"


def _add(store: Store, made: Recording) -> str:
    """Under its name, or the next free one. The same samples twice are one recording."""
    for number in range(1, 1000):
        name = made.name if number == 1 else f"{made.name}-{number}"
        try:
            list(store.add([replace(made, name=name)]))
            return name
        except InputError as error:
            if name not in store:
                raise
            last = error
    raise last


def verdict(store: Store, names: Sequence[str]) -> CheckReport:
    """What `motekit check` says of recordings, without what only a whole set can be wrong in."""
    report = check(store.load(name) for name in names)
    kept = tuple(f for f in report.findings if f.recording and f.kind not in OF_A_SET)
    return replace(report, findings=kept)

"""Real recordings of hearts, from the folder of shared data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
CAMERA_HZ = 30.0
SATURATED = 254.5  # of 255: a channel whose median is above it tells nothing


@dataclass(frozen=True)
class Heart:
    """One recording.

    Args:
        kind: "ppg" or "ecg".
        x: samples, whole counts.
        strap: (time of each beat in s, interval before it in ms) of a chest strap, or None.
    """

    source: str
    name: str
    kind: str
    rate_hz: float
    x: npt.NDArray[np.int16]
    strap: tuple[F64, F64] | None = None
    invert: bool = False


def _counts(x: F64, span: float) -> npt.NDArray[np.int16]:
    """Around the median, one count being worth span / 2^15; what lies beyond is clipped."""
    scaled = (x - np.median(x)) * 32768 / span
    return np.asarray(np.clip(np.rint(scaled), -32768, 32767).astype(np.int16))


def _welltory(folder: Path) -> Iterator[Heart]:
    """Finger on a phone's camera (uneven frames) beside a Polar H10: the red channel, or the green
    one where red is saturated; a count is a 256th of one of the camera's 255 levels."""
    for path in sorted((folder / "data").iterdir()):
        table = np.loadtxt(path / "PPG.csv", delimiter=",", skiprows=1)
        intervals = np.array((path / "RR.txt").read_text().split(), dtype=float)
        t = table[:, 0] / 1000
        even = np.arange(t[0], t[-1], 1 / CAMERA_HZ)
        channel = 2 if np.median(table[:, 1]) >= SATURATED else 1
        light = np.interp(even, t, table[:, channel])
        beats = np.cumsum(intervals) / 1000
        yield Heart("welltory_ppg", path.name, "ppg", CAMERA_HZ, _counts(light, 128.0),
                    (beats, intervals), invert=True)  # fmt: skip


def _heartpy(folder: Path) -> Iterator[Heart]:
    x = np.loadtxt(folder / "data.csv")
    yield Heart("heartpy", "data", "ppg", 100.0, _counts(x, 4096))
    table = np.loadtxt(folder / "data2.csv", delimiter=",", skiprows=1)
    rate = 1000 / float(np.median(np.diff(table[:, 0])))
    yield Heart("heartpy", "data2", "ppg", rate, _counts(table[:, 1], 4096))
    lines = (folder / "ring_data.csv").read_text().split()
    values = [float(v) if v.replace(".", "").isdigit() else np.nan for v in lines]
    runs = np.ma.flatnotmasked_contiguous(np.ma.masked_invalid(values))
    ring = np.array(values[max(runs, key=lambda run: run.stop - run.start)])  # without gaps
    yield Heart("heartpy", "ring_data", "ppg", 32.0, _counts(ring, 4096))


def _biosppy(folder: Path) -> Iterator[Heart]:
    for kind in ("ppg", "ecg"):
        x = np.loadtxt(folder / f"{kind}.txt")
        yield Heart("biosppy_samples", kind, kind, 1000.0, _counts(x, 4096))


def _scipy(folder: Path) -> Iterator[Heart]:
    """MIT-BIH 208: every second beat is a premature one."""
    x = np.load(folder / "ecg.dat")["ecg"].astype(float)
    yield Heart("scipy_ecg", "mitbih_208", "ecg", 360.0, _counts(x, 2048))


def _icu(folder: Path) -> Iterator[Heart]:
    """16-bit MATLAB v4 behind 24 bytes: II, V and PLETH at 250 Hz, in intensive care."""
    raw = np.frombuffer((folder / "a103l.mat").read_bytes()[24:], "<i2").reshape(-1, 3)
    yield Heart("physionet2015_icu", "a103l II", "ecg", 250.0, raw[:, 0])
    yield Heart("physionet2015_icu", "a103l PLETH", "ppg", 250.0, raw[:, 2])


READERS = {
    "welltory_ppg": _welltory, "heartpy": _heartpy, "biosppy_samples": _biosppy,
    "scipy_ecg": _scipy, "physionet2015_icu": _icu,
}  # fmt: skip


def recordings(root: Path, shortest_s: float) -> list[Heart]:
    """All that are there and long enough."""
    every = [h for name, read in READERS.items() if (root / name).is_dir()
             for h in read(root / name)]  # fmt: skip
    return [h for h in every if len(h.x) >= shortest_s * h.rate_hz]

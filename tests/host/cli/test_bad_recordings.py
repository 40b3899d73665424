"""Recordings that nothing can be learned from: `motekit train` refuses them in one line, exit 2,
before any work, and leaves nothing behind."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from command_line import files_of, motekit
from small_project import CLASSES, PEOPLE, SCALE, movement, write_project

from motekit.core.recording import Channel, Recording, Stream
from motekit.recordings.store import Store

Text = Callable[[str], str]


def recording(
    label: str, person: int, rate_hz: float = 50.0, unit: str = "g", axes: str = "xy"
) -> Recording:
    channels = tuple(Channel(axis, unit, SCALE) for axis in axes)
    values = movement(label, person)[:, : len(axes)]
    stream = Stream("accelerometer", channels, rate_hz, values)
    return Recording(f"{label}{person}", (stream,), label=label, subject=PEOPLE[person])


GOOD = [recording(label, person) for label in CLASSES for person in range(3)]


def project(folder: Path, recordings: list[Recording], change: Text | None = None) -> Path:
    made = write_project(folder / "project")
    for _ in Store.of_project(made).add(iter(recordings)):
        pass
    if change:
        (made / "mote.toml").write_text(change((made / "mote.toml").read_text()))
    return made


def replaced(**fields: object) -> list[Recording]:
    return [dataclasses.replace(r, **fields) for r in GOOD]


def with_nan() -> list[Recording]:
    stream = GOOD[0].streams[0]
    values = stream.values.astype(np.float64)
    values[38, 1] = np.nan
    first = dataclasses.replace(stream, values=values)
    return [dataclasses.replace(GOOD[0], streams=(first,)), *GOOD[1:]]


SETS = {
    "none": ([], ["recordings", "there are no recordings", "motekit import"]),
    "two rates": (
        [*GOOD[:8], recording("rest", 2, rate_hz=100.0)],
        ["rest2", "'accelerometer' has two rates", "'100 Hz'", "declare a resampling"],
    ),
    "one class": (GOOD[6:], ["one class only", "['rest']", "record at least two"]),
    "a class of one recording": (
        GOOD[:7], ["rest0", "'rest' has one recording only", "record it again, or leave it out"],
    ),
    "one subject": (replaced(subject="ann"), ["at least three groups", "['ann']", "record more"]),
    "no subjects": (replaced(subject=None), ["circle0", "does not say its subject", "import"]),
    "no labels": (replaced(label=None), ["no recording has a label", "import with labels"]),
    "two units": (
        [*GOOD[:8], recording("rest", 2, unit="m/s2")],
        ["rest2", "the channels differ", "m/s2", "leave these recordings out"],
    ),
    "other channels": (
        [*GOOD[:8], recording("rest", 2, axes="x")],
        ["rest2", "the channels differ", "name the channels"],
    ),
    "a sample that is no number": (
        with_nan(), ["circle0, row 38", "'y' is not a finite number", "nan", "leave them out"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_recordings(name: str, tmp_path: Path) -> None:
    recordings, says = SETS[name]
    refused(project(tmp_path, recordings), says)


def instead(block: str) -> Text:
    """The project with another block."""
    return lambda text: text.replace(
        'block = "flatten"\nskewness = false\nkurtosis = false', f"block = {block}"
    )


TEXTS = {
    "window": (
        lambda text: text.replace("length_s = 1.0", "length_s = 10.0"),
        ["mote.toml: signal.length_s", "longer than every recording", "'500 samples'",
         "the longest is 'circle0' with 200 samples"],
    ),
    "no window": (
        lambda text: text.replace("length_s = 1.0", "length_s = 0.0"),
        ["mote.toml: signal.length_s", "less than one sample", "at least 0.02 s"],
    ),
    "no stride": (
        lambda text: text.replace("stride_s = 0.5", "stride_s = 0.0"),
        ["mote.toml: signal.stride_s", "less than one sample", "at least 0.02 s"],
    ),
    "sensor": (
        lambda text: text.replace("[signal]", '[signal]\nsensor = "gyroscope"'),
        ["circle0", "no stream of this sensor", "'gyroscope'", "accelerometer"],
    ),
    "channel": (
        lambda text: text.replace("[signal]", '[signal]\nchannels = ["z"]'),
        ["circle0", "no channel of this name", "'z'", "x, y"],
    ),
    "channel of a block": (
        instead('"flatten"\nchannels = [5]'),
        ["mote.toml: recipe, block 1: flatten.channels", "2 channels", "5", "from 0 to 1"],
    ),
    "lag": (instead('"lags"\nlags = [900]'), ["mote.toml", "lags.lags", "900", "18.02 s"]),
    "cutoff": (
        instead('"spectral"\nfilter = "low"\ncutoff_hz = 40.0'),
        ["mote.toml", "spectral.cutoff_hz", "40.0", "below 25 Hz", "lower the cutoff"],
    ),
    "spectrum": (
        instead('"spectral"\nfft_length = 4096'),
        ["mote.toml", "spectral.fft_length", "4096", "use 100 or less"],
    ),
    "memory": (
        lambda text: text.replace("stride_s = 0.5", "stride_s = 0.5\nrate_hz = 1e6"),
        ["rate_hz", "1000000", "choose a rate nearer"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_what_does_not_fit_the_recordings(name: str, tmp_path: Path) -> None:
    change, says = TEXTS[name]
    refused(project(tmp_path, GOOD, change), says)


def refused(made: Path, says: list[str]) -> None:
    before = files_of(made)
    for verb in ("train", "test"):
        ended = motekit(verb, "--project", made)
        assert (ended.code, ended.out) == (2, ""), ended
        assert ended.err.startswith("motekit: ") and ended.err.count("\n") == 1, ended.err
        missing = [part for part in says if part not in ended.err]
        assert not missing, (missing, ended.err)
    assert files_of(made) == before


def test_two_rates_with_a_declared_resampling_are_fine(tmp_path: Path) -> None:
    made = project(
        tmp_path, [*GOOD[:8], recording("rest", 2, rate_hz=100.0)],
        lambda text: text.replace("stride_s = 0.5", "stride_s = 0.5\nrate_hz = 50.0"),
    )  # fmt: skip
    ended = motekit("train", "--project", made)
    assert (ended.code, ended.err) == (0, "")

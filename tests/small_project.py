"""A project that trains in seconds: three gestures of three people, one CSV file each."""

from __future__ import annotations

from pathlib import Path

import numpy as np

RATE_HZ = 50.0
SCALE = 1 / 4096  # g per count
CLASSES = ("circle", "line", "rest")
PEOPLE = ("ann", "bob", "cem")
TOML = """\
name = "{name}"
seeds = [1]

[signal]
length_s = 1.0
stride_s = 0.5
split_by = "subject"

[[blocks]]
block = "flatten"
skewness = false
kurtosis = false

[classifier]
learner = "dense"
hidden = [6]
steps = 60
batch = 16
checkpoints = 3

[anomaly]
learner = "kmeans"
clusters = 4

[decision]
smooth = 2
"""


def movement(label: str, person: int, seconds: float = 4.0) -> np.ndarray:
    """Two axes at 50 Hz, int16 counts, shape (samples, 2)."""
    rng = np.random.default_rng(100 * CLASSES.index(label) + person)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    turn = 2 * np.pi * (1.2 + 0.1 * person) * t
    shape = {
        "circle": np.stack([np.cos(turn), np.sin(turn)], 1),
        "line": np.stack([0.8 * np.sin(turn), 0.1 * np.sin(turn)], 1),
        "rest": np.zeros((len(t), 2)),
    }[label]
    return np.round((shape + rng.normal(0, 0.05, (len(t), 2))) / SCALE).astype(np.int16)


def csv_text(values: np.ndarray) -> str:
    """Samples as CSV with a timestamp column in seconds."""
    rows = (f"{i / RATE_HZ:.3f},{x},{y}" for i, (x, y) in enumerate(values))
    return "\n".join(["timestamp,accX,accY", *rows]) + "\n"


def write_files(folder: Path) -> Path:
    """<label>.<person>.csv for every class and person."""
    folder.mkdir(parents=True, exist_ok=True)
    for label in CLASSES:
        for i, person in enumerate(PEOPLE):
            (folder / f"{label}.{person}.csv").write_text(csv_text(movement(label, i)))
    return folder


def write_project(folder: Path, name: str = "gestures") -> Path:
    """A mote.toml in a folder of its own, no recordings yet."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mote.toml").write_text(TOML.format(name=name))
    return folder


PATTERN = "{label}.{subject}"
FORMAT = {"units": ("g",), "scale": (SCALE,), "dtype": "int16", "time_unit": "s"}
# The same as options of `motekit import`.
IMPORT = (
    "--pattern", PATTERN, "--set", 'units=["g"]', "--set", f"scale=[{SCALE}]",
    "--set", "dtype=int16", "--set", "time_unit=s",
)  # fmt: skip


def imported(folder: Path) -> Path:
    """A project of `folder` with its recordings, ready to be trained."""
    from motekit.workflows import api

    project = write_project(folder / "project")
    api.import_files(project, [write_files(folder / "files")], FORMAT, pattern=PATTERN)
    return project

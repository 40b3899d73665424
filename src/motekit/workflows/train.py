"""Train a project's pipeline from the recordings in its store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from motekit.core.errors import InputError
from motekit.core.recording import Recording
from motekit.recordings.store import Store

from . import features
from .learn import Learned, learn
from .project import FILE, Project, load

Report = Callable[..., None]


def train(folder: Path, report: Report) -> tuple[Project, Learned]:
    """Read the project and its recordings, and learn. Raises InputError."""
    project = load(folder)
    return project, train_on(folder, project, list(Store.of_project(folder)), report)


def train_on(
    folder: Path, project: Project, recordings: Sequence[Recording], report: Report
) -> Learned:
    """Learn from these recordings; finished models are kept below `folder`/runs.

    Raises InputError for recordings or a mote.toml that nothing can be learned from.
    """
    if not recordings:
        raise InputError("there are no recordings", where=folder / "recordings",
                         way_out="run: motekit import FILES")  # fmt: skip
    data = features.load(
        recordings, project.signal, f"{folder / FILE}: signal", project.task, project.signal.normal
    )
    return learn(
        data, project.recipes, seeds=project.seeds, split_by=project.signal.split_by,
        anomaly=project.anomaly, altered=project.augment, runs=folder / "runs", report=report,
    )  # fmt: skip

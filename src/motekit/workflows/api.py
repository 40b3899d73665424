"""The steps of a project as functions, by its folder: what `import motekit` offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from motekit.core.params import from_mapping
from motekit.core.recording import Recording
from motekit.deploy.build import Built
from motekit.recordings import samples
from motekit.recordings.check import CheckReport
from motekit.recordings.check import check as check_recordings
from motekit.recordings.imports import ImportParams, ImportReport
from motekit.recordings.imports import import_files as import_into
from motekit.recordings.store import Store

from . import new as new_project
from . import runs
from .build import build_run
from .everything import Everything, everything
from .project import find, load
from .runs import Run
from .train import train as learn

Report = Callable[..., None]


def _silent(what: str, done: int, total: int, note: str = "") -> None:
    """Nobody is watching."""


def new(folder: str | Path, task: str = "classifier") -> Path:
    """Make a project folder with a mote.toml and return it.

    Args:
        task: "classifier", "regressor" or "anomaly".
    """
    new_project.new(Path(folder), task)
    return Path(folder)


def sample(name: str) -> list[Recording]:
    """Real recordings that come with motekit ("spar_watch")."""
    return samples.load(name)


def add(project: str | Path, recordings: Iterable[Recording]) -> int:
    """Store recordings in a project; returns how many there were."""
    return sum(1 for _ in Store.of_project(find(Path(project))).add(iter(recordings)))


def import_files(
    project: str | Path, files: Sequence[str | Path], format_params: dict[str, Any] | None = None,
    **options: Any,
) -> ImportReport:  # fmt: skip
    """Import files, folders and globs into a project.

    Args:
        format_params: parameters of the format ("rate_hz", "unit" …).
        options: fields of motekit.recordings.imports.ImportParams ("label", "pattern" …).
    """
    store = Store.of_project(find(Path(project)))
    return import_into(
        store, files, from_mapping(ImportParams, options, "import_files"), format_params
    )


def check(project: str | Path) -> CheckReport:
    """Check every recording of a project: rate, gaps, clipping, units, balance."""
    return check_recordings(Store.of_project(find(Path(project))))


def train(project: str | Path, report: Report = _silent) -> Run:
    """Train with honest splits and keep the run. Finished models are reused."""
    folder = find(Path(project))
    loaded, learned = learn(folder, report)
    return runs.load(runs.save(folder, loaded, learned))


def build(
    project: str | Path, run: Run | None = None, core: str = "", report: Report = _silent
) -> Built:
    """Compile a run, run the binary on an emulated core, prove and bill it.

    Args:
        run: the project's newest if None.
        core: the project's if "".

    Raises PromiseError if anything differs from its reference or exceeds the budget.
    """
    folder = find(Path(project))
    return build_run(folder, load(folder), run.folder if run else None, core, None, report)


def test(project: str | Path, report: Report = _silent) -> Everything:
    """Judge the binaries on held-out groups, build for every core, write the report."""
    return everything(find(Path(project)), "", "motekit test", (), report)

"""`motekit demo`: real recordings → proven Cortex-M program → report, in one go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from motekit.core.errors import InputError
from motekit.recordings import samples
from motekit.recordings.files import TEMPORARY
from motekit.recordings.store import Store

from .everything import Everything, everything
from .new import make, write
from .project import FILE

SAMPLE = "spar_watch"
ORIGIN = "spar_watch: Burns et al. 2018, from the seglearn package, BSD-3-Clause"
NEXT = (
    ("motekit check", "look at your recordings: rate, gaps, clipping, units"),
    ("motekit train", "train again after you changed mote.toml"),
    ("motekit build", "compile, run and prove the program again"),
    ("motekit new gestures", "start a project of your own"),
)
Report = Callable[..., None]


@dataclass(frozen=True)
class Demo:
    """A finished demo: its folder and everything that was found."""

    folder: Path
    everything: Everything

    def as_dict(self) -> dict[str, object]:
        return self.everything.as_dict()


def make_project(folder: Path, sample: str = SAMPLE) -> None:
    """A project folder with the sample's recordings and its mote.toml.

    The mote.toml comes first, so that an interrupted demo is a project and goes on. Raises
    InputError if the folder holds something else.
    """
    template = resources.files(__package__).joinpath("templates", f"{sample}.toml")
    recordings = samples.load(sample)
    _require_ours(folder, {recording.name for recording in recordings})
    make(folder)
    if not (folder / FILE).is_file():
        write(folder / FILE, template.read_text(encoding="utf-8"))
    for _ in Store.of_project(folder).add(iter(recordings)):
        pass


def _require_ours(folder: Path, known: set[str]) -> None:
    """Raise InputError unless the folder is free, or that of a demo."""
    if not folder.is_dir():
        return
    what = ""
    if (folder / FILE).is_file():
        if not set(Store.of_project(folder).names()) <= known:
            what = "this project has recordings of its own"
    elif any(not entry.name.startswith(TEMPORARY) for entry in folder.iterdir()):
        what = "the folder is not empty and not a motekit project"
    if what:
        raise InputError(what, where=folder, way_out="name a new folder")


def demo(folder: str | Path, report: Report | None = None) -> Demo:
    """Do all of it on the recordings that come with motekit.

    Args:
        folder: where the project goes; a new or an empty folder, or that of an earlier run,
            which is then completed.
        report: told (what, done, total, note).
    """
    say = report or _silent
    place = Path(folder)
    say("recordings", 0, 1)
    make_project(place)
    say("recordings", 1, 1)
    return Demo(place, everything(place, ORIGIN, f"motekit demo {place.name}", NEXT, say))


def _silent(what: str, done: int, total: int, note: str = "") -> None:
    """Nobody is watching."""

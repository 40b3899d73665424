"""Label files into the label sets of stored recordings, and out of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from motekit.core.errors import InputError, found_in

from .files import stem
from .label_edit import change_all
from .label_formats import LABEL_FORMATS, Export, Mark, format_of
from .label_sets import MAIN, Annotation, Labels
from .store import Store


@dataclass(frozen=True)
class Imported:
    """What a label file brought.

    Args:
        labels: by recording; clipped: labels that ended after their recording and end with it.
        unknown: recordings that the file names and the store does not have.
    """

    labels: dict[str, int]
    clipped: int
    unknown: tuple[str, ...]


def import_labels(
    store: Store, path: Path, format: str = "", label_set: str = "", who: str | None = None,
    at: float | None = None,
) -> Imported:  # fmt: skip
    """Take a file's labels as the content of its label sets, in the recordings it names.

    Args:
        label_set: into which; "" for the one that the file says, else main.
        who, at: where the file does not say.

    Raises InputError before anything is changed: a label that does not fit, overlapping
    segments, no recording that is known.
    """
    if format == "" and path.is_dir():
        format = "audacity"
    reader = LABEL_FORMATS.get(format) if format else format_of(path)
    names = store.names()
    groups: dict[str, list[Mark]] = {}
    unknown: dict[str, None] = {}
    for mark in reader.read(path):
        name = _name(mark.recording, names)
        if name is None:
            unknown[mark.recording] = None
        else:
            groups.setdefault(name, []).append(mark)
    if not groups:
        raise InputError(
            "the file names no recording that is here", where=path,
            value=", ".join(list(unknown)[:3]) or "no labels",
            way_out="call its recordings as motekit query lists them",
        )  # fmt: skip
    changed, clipped = {}, 0
    for name, marks in groups.items():
        with found_in(f"{path}: {name}"):
            changed[name], count = _changed(store.labels(name), marks, label_set, who, at)
            clipped += count
    change_all(store, changed, lambda name, labels: changed[name])
    return Imported({n: len(m) for n, m in groups.items()}, clipped, tuple(unknown))


def _name(given: str, names: Sequence[str]) -> str | None:
    """A recording as a file calls it: its name, a path to its file, with an ending or without."""
    last = unquote(given.replace("\\", "/").rpartition("/")[2])
    return next((name for name in (given, last, stem(last)) if name in names), None)


def _changed(
    labels: Labels, marks: list[Mark], label_set: str, who: str | None, at: float | None
) -> tuple[Labels, int]:
    sets: dict[str, list[Annotation]] = {}
    clipped = 0
    for mark in marks:
        annotation, cut = _placed(mark, labels)
        clipped += cut
        annotation = replace(annotation, who=annotation.who or who, at=annotation.at or at)
        sets.setdefault(label_set or mark.label_set or MAIN, []).append(annotation)
    for name, content in sets.items():
        labels = labels.with_set(name, content)
    return labels, clipped


def _placed(mark: Mark, labels: Labels) -> tuple[Annotation, bool]:
    """A label in rows, and whether it had to be cut at the end of the recording."""
    scale = 1.0 if mark.rows else labels.rate_hz
    start = None if mark.start is None else round(mark.start * scale)
    stop = None if mark.stop is None else round(mark.stop * scale)
    if start is not None and (start < 0 or start >= labels.rows):
        raise InputError("the label begins outside the recording", where=mark.where,
                         value=f"{mark.what.label}: {mark.start:g}",
                         way_out=f"it has {labels.rows / labels.rate_hz:g} s")  # fmt: skip
    cut = stop is not None and stop > labels.rows
    if cut:
        stop = labels.rows
    return replace(mark.what, start=start, stop=stop), cut


def export_labels(
    store: Store, path: Path, format: str, names: Iterable[str], label_set: str = ""
) -> int:
    """Write the label sets of recordings; how many labels. `label_set` "" is the one in use;
    "*" all of them."""
    exports = []
    for name in names:
        labels = store.labels(name)
        chosen = sorted(labels.sets) if label_set == "*" else [label_set or labels.use]
        exports += [Export(name, one, labels) for one in chosen if labels.of(one)]
    LABEL_FORMATS.get(format).write(path, exports)
    return sum(len(export.marks()) for export in exports)

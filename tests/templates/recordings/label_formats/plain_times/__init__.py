"""Lines of recording, start, stop and label between spaces, in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from motekit.core.errors import InputError
from motekit.recordings.files import atomic_file
from motekit.recordings.label_formats import Export, LabelFormat, Mark, text_of
from motekit.recordings.label_sets import Annotation


def read(path: Path) -> Iterator[Mark]:
    """Every line as a segment."""
    for number, line in enumerate(text_of(path).splitlines(), 1):
        where = f"{path}:{number}"
        try:
            name, start, stop, label = line.split(" ", 3)
            yield Mark(name, "", Annotation("segment", label), float(start), float(stop),
                       where=where)  # fmt: skip
        except ValueError as error:
            raise InputError("expected recording, start, stop and label", where=where) from error


def write(path: Path, exports: list[Export]) -> None:
    """The segments; nothing else has a place here."""
    with atomic_file(path) as handle:
        for export in exports:
            for a in export.marks():
                if a.kind == "segment":
                    times = (export.labels.seconds(a.start), export.labels.seconds(a.stop))
                    handle.write(f"{export.name} {times[0]} {times[1]} {a.label}\n".encode())


LABEL_FORMAT = LabelFormat(
    name="plain_times",
    summary="lines of recording, start, stop and label",
    sniff=lambda name, head: name.endswith(".times"),
    read=read,
    write=write,
    package=__name__,
)

"""Audacity's label tracks: start, stop and label between tabs, one file for each recording.

Audacity manual, "Importing and Exporting Labels": seconds; a point label has the same start and
stop; lines that begin with a backslash carry frequencies and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from motekit.core.errors import InputError
from motekit.recordings.backend import folder_name
from motekit.recordings.files import atomic_file, writing
from motekit.recordings.label_formats import Export, LabelFormat, Mark, text_of
from motekit.recordings.label_sets import Annotation

LINE: Final = re.compile(rb"-?\d+[.,]?\d*\t-?\d+[.,]?\d*\t[^\n]*\r?\n")


def read(path: Path) -> Iterator[Mark]:
    """A file, called as the recording is, or a folder of them."""
    files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
    for file in files:
        for number, line in enumerate(text_of(file).splitlines(), 1):
            if line.strip() and not line.startswith("\\"):
                yield _mark(file, line, f"{file}:{number}")


def _mark(file: Path, line: str, where: str) -> Mark:
    fields = line.split("\t", 2)
    try:
        start, stop = (float(text.replace(",", ".")) for text in fields[:2])
    except ValueError as error:
        raise InputError("expected start, stop and label between tabs", where=where,
                         value=line[:60]) from error  # fmt: skip
    label = fields[2].strip() if len(fields) > 2 else ""
    if not label:
        raise InputError("the label is empty", where=where, value=line[:60],
                         way_out="name it in Audacity, or remove it")  # fmt: skip
    kind = Annotation("event" if start == stop else "segment", label)
    return Mark(file.name, "", kind, start, None if start == stop else stop, where=where)


def write(path: Path, exports: list[Export]) -> None:
    """A folder with a file for each recording; a label of the whole spans all of it."""
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    for export in exports:
        labels, lines = export.labels, []
        for a in export.marks():
            if a.state == "proposed":
                continue
            start = labels.seconds(a.start) or 0.0
            whole = labels.rows / labels.rate_hz
            stop = {"event": start, "recording": whole}.get(a.kind, labels.seconds(a.stop))
            lines.append(f"{start:.6f}\t{stop:.6f}\t{a.label}\n")
        with atomic_file(path / f"{folder_name(export.name)}.txt") as handle:
            handle.write("".join(lines).encode())


LABEL_FORMAT = LabelFormat(
    name="audacity",
    summary="label tracks of Audacity, one text file for each recording",
    sniff=lambda name, head: LINE.match(head) is not None,
    read=read,
    write=write,
    package=__name__,
)

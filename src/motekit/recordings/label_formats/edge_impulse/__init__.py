"""Edge Impulse's label files: `structured_labels.labels`, and `info.labels` of an export.

Edge Impulse documentation, "Multi-label": ranges of samples with startIndex and endIndex, both
included, that cover all of a file, from 0 on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from motekit.core.errors import InputError
from motekit.recordings.files import atomic_file
from motekit.recordings.label_formats import Export, LabelFormat, Mark, text_of
from motekit.recordings.label_sets import Annotation

REST: Final = "unlabeled"  # what a stretch without a label is called in a file that has none


def read(path: Path) -> Iterator[Mark]:
    """Labels of whole files and of ranges."""
    try:
        found = json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", where=path) from error
    if isinstance(found, dict) and isinstance(found.get("structuredLabels"), dict):
        for name, ranges in found["structuredLabels"].items():
            yield from _ranges(str(name), ranges, f"{path}, {name}")
    elif isinstance(found, dict) and isinstance(found.get("files"), list):
        for number, entry in enumerate(found["files"]):
            yield from _entry(entry, f"{path}, file {number}")
    else:
        raise InputError("neither structured labels nor info.labels", where=path,
                         way_out="see docs/recordings.md")  # fmt: skip


def _entry(entry: Any, where: str) -> Iterator[Mark]:
    try:
        name, label = str(entry["path"]), entry["label"]
        if label["type"] == "label":
            yield Mark(name, "", Annotation("recording", str(label["label"])), where=where)
        elif label["type"] == "multi-label":
            yield from _ranges(name, label["labels"], where)
    except (KeyError, TypeError) as error:
        raise InputError("not an entry of info.labels", where=where,
                         value=str(entry)[:60]) from error  # fmt: skip


def _ranges(name: str, ranges: Any, where: str) -> Iterator[Mark]:
    try:
        for item in ranges:
            label, start = str(item["label"]), int(item["startIndex"])
            if label != REST:
                yield Mark(name, "", Annotation("segment", label), start,
                           int(item["endIndex"]) + 1, rows=True, where=where)  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("a range needs label, startIndex and endIndex", where=where,
                         value=str(ranges)[:60]) from error  # fmt: skip


def write(path: Path, exports: list[Export]) -> None:
    """structured_labels.labels for the JSON files of the recordings. Events and proposals have
    no place in it and are left out."""
    ranges = {f"{export.name}.json": _covering(export) for export in exports}
    value = {"version": 1, "type": "structured-labels", "structuredLabels": ranges}
    with atomic_file(path) as handle:
        handle.write((json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())


def _covering(export: Export) -> list[dict[str, Any]]:
    """The segments, and between them the recording's own label, or that there is none."""
    said = [a for a in export.marks() if a.state == "confirmed"]
    whole = next((a.label for a in said if a.kind == "recording"), REST)
    out: list[tuple[int, int, str]] = []
    row = 0
    for a in said:
        if a.kind == "segment":
            assert a.start is not None and a.stop is not None
            out += [(row, a.start, whole), (a.start, a.stop, a.label)]
            row = a.stop
    out.append((row, export.labels.rows, whole))
    return [
        {"startIndex": start, "endIndex": stop - 1, "label": label}
        for start, stop, label in out
        if start < stop
    ]


LABEL_FORMAT = LabelFormat(
    name="edge_impulse",
    summary="label ranges of Edge Impulse: structured_labels.labels, info.labels",
    sniff=lambda name, head: name.endswith(".labels") and head.lstrip()[:1] == b"{",
    read=read,
    write=write,
    package=__name__,
)

"""A table of labels: one row each, with who and when."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from motekit.core.errors import InputError
from motekit.recordings.files import atomic_file
from motekit.recordings.label_formats import Export, LabelFormat, Mark, text_of
from motekit.recordings.label_sets import Annotation

COLUMNS: Final = (
    "recording", "label_set", "kind", "label", "start_s", "stop_s", "who", "at", "state",
)  # fmt: skip
NEEDED: Final = ("recording", "label")


def read(path: Path) -> Iterator[Mark]:
    """Rows as labels. Without a column kind, start_s and stop_s tell it."""
    reader = csv.DictReader(text_of(path).splitlines(), strict=True)
    missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError("a column is missing", where=path, value=missing[0],
                         way_out=f"columns: {', '.join(COLUMNS)}")  # fmt: skip
    try:
        for row in reader:
            yield _mark({k: (v or "").strip() for k, v in row.items() if k},
                        f"{path}:{reader.line_num}")  # fmt: skip
    except csv.Error as error:
        raise InputError(f"not CSV: {error}", where=f"{path}:{reader.line_num}") from error


def _mark(row: dict[str, str], where: str) -> Mark:
    start, stop, at = (_number(row, key, where) for key in ("start_s", "stop_s", "at"))
    told = "recording" if start is None else "event" if stop is None else "segment"
    kind: Any = row.get("kind") or told
    state: Any = row.get("state") or "confirmed"
    if kind not in ("recording", "segment", "event") or state not in ("confirmed", "proposed"):
        raise InputError("unknown kind or state", where=where, value=f"{kind}, {state}")
    what = Annotation(kind, row["label"], who=row.get("who") or None, at=at, state=state)
    return Mark(row["recording"], row.get("label_set", ""), what, start, stop, where=where)


def _number(row: dict[str, str], key: str, where: str) -> float | None:
    text = row.get(key, "")
    try:
        return float(text) if text else None
    except ValueError as error:
        raise InputError("not a number", where=f"{where}, field {key}", value=text) from error


def write(path: Path, exports: list[Export]) -> None:
    """All labels of all recordings. Times have microseconds."""
    with atomic_file(path) as handle:
        handle.write((",".join(COLUMNS) + "\n").encode())
        for export in exports:
            for a in export.marks():
                times = (export.labels.seconds(a.start), export.labels.seconds(a.stop))
                cells = [export.name, export.label_set, a.kind, a.label, *map(_time, times),
                         a.who or "", _time(a.at), a.state]  # fmt: skip
                handle.write((",".join(map(_quoted, cells)) + "\n").encode())


def _time(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.6f}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


LABEL_FORMAT = LabelFormat(
    name="csv",
    summary="a table: recording, label_set, kind, label, start_s, stop_s, who, at, state",
    sniff=lambda name, head: name.lower().endswith(".csv") and b"recording" in head[:200],
    read=read,
    write=write,
    package=__name__,
)

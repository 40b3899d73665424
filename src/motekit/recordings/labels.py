"""Labels and who recorded, from file names, folders and sidecar files."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from motekit.core.errors import InputError
from motekit.core.recording import Recording, Segment

from .files import inside, reading
from .parts import clipped

SIDECARS = ("labels.csv", "labels.json", "info.labels")
TEXTS = ("label", "subject", "session", "device")
MAX_BYTES = 64 << 20


@dataclass(frozen=True)
class Span:
    """A label from `start` to `stop` (exclusive), in rows or in seconds."""

    label: str
    start: float
    stop: float
    seconds: bool


@dataclass(frozen=True)
class About:
    """What is said about a file elsewhere than in it; None where nothing is."""

    label: str | None = None
    subject: str | None = None
    session: str | None = None
    device: str | None = None
    spans: tuple[Span, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


def label_of_name(name: str) -> str | None:
    """The text before the first dot: "walk" of "walk.07.csv" (Edge Impulse's rule)."""
    return name.partition(".")[0] or None


@dataclass(frozen=True)
class Template:
    """A file name pattern such as "{label}/s{subject}_{session}".

    Each {name} takes one or more characters other than "/", as few as fit; as many folders as
    the pattern names are looked at, from the right. Raises InputError.
    """

    text: str

    def __post_init__(self) -> None:
        names = self._pieces()[1::2]
        if not names or any(not n.isidentifier() for n in names) or len(set(names)) != len(names):
            raise InputError(
                "a pattern needs {names}, each once", where="pattern", value=self.text,
                way_out="for example '{label}.{session}' or '{label}/s{subject}'",
            )  # fmt: skip

    def _pieces(self) -> list[str]:
        return re.split(r"\{(\w*)\}", self.text)

    def match(self, path: PurePosixPath) -> About:
        """What it finds in a path without its ending. Raises InputError if that does not fit."""
        expression = "".join(
            f"(?P<{piece}>[^/]+?)" if i % 2 else re.escape(piece)
            for i, piece in enumerate(self._pieces())
        )
        tail = "/".join(path.parts[-self.text.count("/") - 1 :])
        match = re.fullmatch(expression, tail)
        if not match:
            raise InputError(
                "the file name does not fit the pattern", where=tail, value=self.text,
                way_out="rename it, or change the pattern",
            )  # fmt: skip
        found = match.groupdict()
        return About(
            label=found.pop("label", None), subject=found.pop("subject", None),
            session=found.pop("session", None), device=found.pop("device", None), metadata=found,
        )  # fmt: skip


def merged(first: About, second: About) -> About:
    """Both; where both say something, the first."""
    texts = {key: getattr(first, key) or getattr(second, key) for key in TEXTS}
    return About(
        spans=first.spans or second.spans,
        metadata={**second.metadata, **first.metadata},
        **texts,
    )


def applied(parts: Iterable[Recording], about: About) -> Iterator[Recording]:
    """The parts of one recording with what is said about it."""
    row = 0
    for part in parts:
        stream = part.streams[0]
        segments = part.segments
        if about.spans:
            whole = [_segment(span, stream.rate_hz) for span in about.spans]
            segments = clipped(whole, row, len(stream))
        row += len(stream)
        texts = {key: getattr(about, key) or getattr(part, key) for key in TEXTS}
        yield replace(
            part, segments=segments, metadata={**part.metadata, **about.metadata}, **texts
        )


def _segment(span: Span, rate_hz: float) -> Segment:
    factor = rate_hz if span.seconds else 1.0
    return Segment(span.label, round(span.start * factor), round(span.stop * factor))


def read_sidecar(path: Path) -> dict[Path, About]:
    """What a sidecar says, by resolved path. Raises InputError with line or entry.

    A CSV file has the columns file, label, subject, session, device, and start_s and stop_s
    for a label of a part; other columns become metadata. A JSON file is a list of objects with
    the same keys and "segments": [{"label", "start_s", "stop_s"}], or Edge Impulse's
    info.labels. Paths are relative to the sidecar and stay below its folder.
    """
    with reading(path):
        if path.stat().st_size > MAX_BYTES:
            raise InputError(
                f"larger than {MAX_BYTES >> 20} MiB", where=path, way_out="split it by folder"
            )
        data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8 text", where=path, way_out="save it as UTF-8") from error
    entries = _csv_entries(path, text) if path.suffix.lower() == ".csv" else _json(path, text)
    out: dict[Path, About] = {}
    for where, entry in entries:
        name = entry.pop("file", None) or entry.pop("path", None)
        if not isinstance(name, str):
            raise InputError("the file name is missing", where=where, way_out="add the key file")
        file, about = inside(path.parent, name), _about(entry, where)
        if file in out:
            about = replace(merged(out[file], about), spans=out[file].spans + about.spans)
        out[file] = about
    return {file: _checked(about, path, file) for file, about in out.items()}


def _checked(about: About, path: Path, file: Path) -> About:
    spans = tuple(sorted(about.spans, key=lambda span: span.start))
    end = 0.0
    for span in spans:
        if not end <= span.start < span.stop:
            raise InputError(
                "the segments overlap, or one ends before it starts", where=f"{path}, {file.name}",
                value=f"{span.label}: {span.start:g} to {span.stop:g}", way_out="correct the times"
            )  # fmt: skip
        end = span.stop
    return replace(about, spans=spans)


def _csv_entries(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.DictReader(text.splitlines(), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise InputError("the row does not have as many fields as the header",
                                 where=f"{path}:{reader.line_num}",
                                 way_out="correct the row")  # fmt: skip
            said = {str(key).strip().lower(): value.strip() for key, value in row.items()}
            kept: dict[str, Any] = {key: value for key, value in said.items() if value}
            if kept.get("start_s") or kept.get("stop_s"):
                span = {key: kept.pop(key, "") for key in ("label", "start_s", "stop_s")}
                yield f"{path}:{reader.line_num}", {**kept, "segments": [span]}
            else:
                yield f"{path}:{reader.line_num}", kept
    except csv.Error as error:
        raise InputError(
            f"not CSV: {error}", where=f"{path}:{reader.line_num}", way_out="save it as UTF-8 CSV"
        ) from error


def _json(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", where=path, way_out="correct the file") from error
    entries = found.get("files") if isinstance(found, dict) else found
    if not isinstance(entries, list):
        raise InputError("must be a list of files", where=path, way_out="see docs/recordings.md")
    for i, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise InputError(
                "not an object",
                where=f"{path}, file {i}",
                value=str(entry)[:40],
                way_out="see docs: recordings, sidecars",
            )
        yield f"{path}, file {i}", dict(entry)


def _about(entry: dict[str, Any], where: str) -> About:
    """An entry as About. A "label" that is an object is Edge Impulse's."""
    entry.pop("name", None)
    spans = [_span(item, where) for item in _list(entry.pop("segments", None), where)]
    label = entry.pop("label", None)
    if isinstance(label, dict):
        spans += [_row_span(item, where) for item in _list(label.get("labels"), where)]
        label = label.get("label")
    texts = {"label": label, **{key: entry.pop(key, None) for key in TEXTS[1:]}}
    for key, value in texts.items():
        if value is not None and not isinstance(value, str | int):
            raise InputError(
                "not a text",
                where=f"{where}, field {key}",
                value=str(value)[:40],
                way_out="put it in quotes",
            )
    rest = {str(key): str(value) for key, value in entry.items()
            if isinstance(value, str | int | float)}  # fmt: skip
    return About(
        spans=tuple(spans), metadata=rest,
        **{key: None if value in (None, "") else str(value) for key, value in texts.items()},
    )  # fmt: skip


def _list(value: object, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InputError(
            "must be a list of objects",
            where=where,
            value=str(value)[:40],
            way_out="see docs: recordings, sidecars",
        )
    return value


def _span(item: dict[str, Any], where: str) -> Span:
    try:
        return Span(str(item["label"]), float(item["start_s"]), float(item["stop_s"]), True)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("a segment needs label, start_s and stop_s", where=where,
                         value=str(item)[:60],
                         way_out="add what is missing") from error  # fmt: skip


def _row_span(item: dict[str, Any], where: str) -> Span:
    """Edge Impulse's label ranges count samples, the last one included."""
    try:
        return Span(str(item["label"]), int(item["startIndex"]), int(item["endIndex"]) + 1, False)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("a range needs label, startIndex and endIndex", where=where,
                         value=str(item)[:60],
                         way_out="add what is missing") from error  # fmt: skip

"""What each column of a CSV file holds, told by its header and the parameters."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from motekit.core.errors import InputError
from motekit.core.recording import Channel
from motekit.recordings.files import reading
from motekit.recordings.units import NO_UNIT, unit

from .params import Params

HEAD = 1 << 20  # bytes the header and the first row must fit in
COLUMNS = 4096  # columns at most
MISSING = ("", "NA", "N/A", "n/a", "null", "NULL", "None", "nan", "NaN", "NAN")
ROLES = ("label", "subject", "session", "device")
_TIME = re.compile(
    r"(?:(?i:time|timestamp|timer|datetime|date|epoch)|t|ts)"
    r"(?:[ _]+(s|ms|us|µs|ns)| ?[\[(](s|ms|us|µs|ns)[\])])?"
)
_INDEX = ("", "index", "sample", "sample_index")
_UNIT = re.compile(r"(.*?)\s*(?:\[([^\]]*)\]|\(([^)]*)\))\s*")


@dataclass(frozen=True)
class Layout:
    """Column numbers by what they hold; `first_line` is the physical line of the first row."""

    path: Path
    names: tuple[str, ...]
    delimiter: str
    first_line: int
    time: int | None
    time_unit: str
    index: int | None
    recording: tuple[int, ...]
    roles: dict[str, int]
    columns: tuple[int, ...]
    channels: tuple[Channel, ...]

    @property
    def identity(self) -> tuple[int, ...]:
        """The columns whose values together tell one recording from the next."""
        if self.recording:
            return self.recording
        return tuple(i for role, i in self.roles.items() if role != "label")


def open_text(path: Path) -> IO[str]:
    """The file as text, unpacked if its name says so."""
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """(line number from 1, text) of every line; a line beyond `HEAD` characters is refused."""
    number = 0
    with reading(path), open_text(path) as handle:
        while True:
            number += 1
            try:
                text = handle.readline(HEAD)
            except UnicodeDecodeError as error:
                raise InputError(
                    "not UTF-8 text", where=f"{path}:{number}", value=error.object[error.start],
                    way_out="save it as UTF-8",
                ) from error  # fmt: skip
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise InputError(
                    f"the compressed file is damaged: {error}", where=path,
                    way_out="copy it again",
                ) from error  # fmt: skip
            if not text:
                return
            if len(text) >= HEAD:
                raise InputError(
                    f"a line of more than {HEAD} characters", where=f"{path}:{number}",
                    way_out="is this a CSV file?",
                )  # fmt: skip
            yield number, text.rstrip("\r\n")


def fields(text: str, delimiter: str) -> list[str]:
    """The fields of one line."""
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return text.split(delimiter)


def number(text: str, decimal: str = ".") -> float | None:
    """The number in a field, or None."""
    try:
        return float(text.strip().replace(decimal, ".") if decimal != "." else text)
    except ValueError:
        return None


def _head(path: Path, params: Params) -> tuple[list[tuple[int, str]], str]:
    """The header line and the first row, and the delimiter."""
    found: list[tuple[int, str]] = []
    for line, text in lines(path):
        if line <= params.skip or not text.strip():
            continue
        if not found and text.startswith("#"):
            continue
        found.append((line, text))
        if len(found) == 2:
            break
    if not found:
        raise InputError("there is no line with data", where=path, way_out="export it again")
    if params.delimiter:
        return found, params.delimiter
    first = found[0][1]
    delimiter = max(",;\t", key=first.count)
    return found, delimiter if delimiter in first else ","


def _find(names: tuple[str, ...], wanted: str, what: str, path: Path) -> int:
    for i, name in enumerate(names):
        if wanted == name or wanted == split_unit(name)[0]:
            return i
    raise InputError(
        f"there is no {what} column of this name", where=path, value=wanted,
        way_out=f"the file has: {', '.join(names[:20])}",
    )  # fmt: skip


def split_unit(name: str) -> tuple[str, str | None]:
    """("accX", "g") of "accX [g]" or "accX (g)"; (name, None) without one."""
    match = _UNIT.fullmatch(name)
    if not match or not match[1]:
        return name, None
    return match[1], match[2] if match[2] is not None else match[3]


def _optional(names: tuple[str, ...], given: str, auto: list[int], what: str, path: Path,
              taken: set[int]) -> int | None:  # fmt: skip
    """The column a parameter names; with an empty one the first of `auto`."""
    if given == "none":
        return None
    found = _find(names, given, what, path) if given else next(iter(auto), None)
    if found is not None:
        taken.add(found)
    return found


def _one_each(given: tuple[str, ...], count: int, what: str, path: Path) -> tuple[str, ...]:
    if len(given) == 1:
        return given * count
    if given and len(given) != count:
        raise InputError(
            f"{what} must have one entry, or one per channel ({count})",
            where=path,
            value=given,
            way_out="give one for all, or one for each",
        )
    return given


def _channels(
    path: Path, names: tuple[str, ...], columns: list[int], params: Params, line: int
) -> tuple[Channel, ...]:
    units = _one_each(params.units, len(columns), "units", path)
    scales = _one_each(tuple(map(str, params.scale)), len(columns), "scale", path)
    out = []
    for i, column in enumerate(columns):
        name, symbol = split_unit(names[column])
        if units:
            symbol = units[i]
        where = f"{path}:{line}, field {names[column]!r}"
        found = NO_UNIT if symbol is None else unit(symbol, where=where).symbol
        out.append(Channel(name or f"c{i}", found, float(scales[i]) if scales else 1.0))
    doubled = {c.name for c in out if [d.name for d in out].count(c.name) > 1}
    if doubled:
        raise InputError("two columns have one name", where=f"{path}:{line}",
                         value=sorted(doubled)[0], way_out="rename one")  # fmt: skip
    return tuple(out)


def layout(path: Path, params: Params) -> Layout:
    """Read the head of a file. Raises InputError with line, field and way out."""
    head, delimiter = _head(path, params)
    line, text = head[0]
    first = fields(text, delimiter)
    if len(first) > COLUMNS:
        raise InputError(
            f"more than {COLUMNS} columns",
            where=f"{path}:{line}",
            value=len(first),
            way_out="give the delimiter, or the columns to read (channels)",
        )
    numeric = [number(f, params.decimal) is not None for f in first]
    if params.header and all(numeric):
        raise InputError(
            "the first line holds numbers, not names", where=f"{path}:{line}", value=text[:60],
            way_out="add a header line, or give header = false",
        )  # fmt: skip
    names = tuple(f.strip() for f in first) if params.header else tuple(
        f"c{i}" for i in range(len(first)))  # fmt: skip
    if params.header and len(head) < 2:
        raise InputError(
            "there is a header but no row",
            where=f"{path}:{line}",
            way_out="record or export it again",
        )
    row_line, row_text = head[1] if params.header else head[0]
    row = fields(row_text, delimiter)
    row += [""] * (len(names) - len(row))
    taken: set[int] = set()
    lower = [name.lower() for name in names]
    time = _optional(names, params.time, [i for i, n in enumerate(names) if _TIME.fullmatch(n)],
                     "timestamp", path, taken)  # fmt: skip
    by_name = [i for i, n in enumerate(lower) if n in _INDEX and (n or i == 0)]
    index = _optional(names, params.index, by_name, "index", path, taken)
    recording = tuple(_find(names, name, "recording", path) for name in params.recording)
    if not recording:
        recording = tuple(i for i, n in enumerate(lower) if n in ("recording", "recording_id"))
    taken.update(recording)
    roles: dict[str, int] = {}
    for role in ROLES:
        auto = [i for i, n in enumerate(lower) if n in (role, f"{role}_id")]
        found = _optional(names, getattr(params, role), auto, role, path, taken)
        if found is not None:
            roles[role] = found
    columns = _sample_columns(path, names, row, row_line, params, taken)
    return Layout(
        path, names, delimiter, row_line, time, _time_unit(names, row, time, params), index,
        recording, roles, tuple(columns), _channels(path, names, columns, params, line),
    )  # fmt: skip


def _sample_columns(path: Path, names: tuple[str, ...], row: list[str], line: int,
                    params: Params, taken: set[int]) -> list[int]:  # fmt: skip
    if params.channels:
        return [_find(names, name, "channel", path) for name in params.channels]
    columns = [i for i in range(len(names)) if i not in taken]
    for i in columns:
        if number(row[i], params.decimal) is None and row[i].strip() not in MISSING:
            raise InputError(
                "not a number", where=f"{path}:{line}, field {names[i]!r}", value=row[i][:40],
                way_out="name the columns with samples (channels), or correct the row",
            )  # fmt: skip
    if not columns:
        raise InputError("there is no column with samples", where=path,
                         value=", ".join(names[:20]),
                         way_out="name the columns (channels), or the delimiter")  # fmt: skip
    return columns


def _time_unit(names: tuple[str, ...], row: list[str], time: int | None, params: Params) -> str:
    """ "s", "ms", "us", "ns" or "iso" if the header or the first row tells, else ""."""
    if params.time_unit or time is None:
        return params.time_unit
    match = _TIME.fullmatch(names[time])
    told = (match[1] or match[2] or "") if match else (split_unit(names[time])[1] or "")
    if told:
        return told.lower().replace("µs", "us")
    text = row[time]
    return "iso" if number(text, params.decimal) is None and re.match(r"\d{4}-\d", text) else ""

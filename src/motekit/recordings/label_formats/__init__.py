"""Files of labels that other programs read and write. Each folder here is one format."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from motekit.core.errors import InputError
from motekit.core.registry import Registry
from motekit.recordings.files import reading
from motekit.recordings.label_sets import Annotation, Labels

MOST_BYTES: Final = 64 << 20


@dataclass(frozen=True)
class Mark:
    """A label of a file.

    Args:
        recording: as the file calls it: a name, a path or a file name with an ending.
        label_set: or "" where the file does not say.
        what: the label; its start and stop are not rows here but None.
        start, stop: of the recording's clock, in seconds, or in rows if `rows`.
        where: line or entry, for errors.
    """

    recording: str
    label_set: str
    what: Annotation
    start: float | None = None
    stop: float | None = None
    rows: bool = False
    where: str = ""


@dataclass(frozen=True)
class Export:
    """Labels of a recording to be written."""

    name: str
    label_set: str
    labels: Labels

    def marks(self) -> tuple[Annotation, ...]:
        return self.labels.of(self.label_set)


@dataclass(frozen=True)
class LabelFormat:
    """A label format plugin; the module constant LABEL_FORMAT.

    Args:
        sniff: (file name, first 4,096 bytes) → whether it looks like this format.
        read: path → labels. Raises InputError with the line or entry.
        write: (path, exports) → None. A file, or a folder for formats with one file a recording.
    """

    name: str
    summary: str
    sniff: Callable[[str, bytes], bool]
    read: Callable[[Path], Iterable[Mark]]
    write: Callable[[Path, list[Export]], None]
    package: str


LABEL_FORMATS: Registry[LabelFormat] = Registry(
    package=__name__, constant="LABEL_FORMAT", kind="label format", group="motekit.label_formats"
)


def text_of(path: Path) -> str:
    """The text of a file. Raises InputError if it is not UTF-8, or huge."""
    with reading(path):
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"larger than {MOST_BYTES >> 20} MiB", where=path,
                             way_out="split it")  # fmt: skip
        data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8 text", where=path, way_out="save it as UTF-8") from error


def format_of(path: Path) -> LabelFormat:
    """The format that knows a file. Raises InputError."""
    with reading(path), path.open("rb") as handle:
        head = handle.read(4096)
    for candidate in LABEL_FORMATS:
        if candidate.sniff(path.name, head):
            return candidate
    raise InputError("no label format knows this file", where=path,
                     way_out=f"name it: --format {' or '.join(LABEL_FORMATS.names())}")  # fmt: skip

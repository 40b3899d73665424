"""One number per line, the rate in the first line: the smallest format there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from motekit.core.errors import InputError
from motekit.core.format import Format
from motekit.core.params import param
from motekit.core.recording import Channel, Recording, Stream
from motekit.recordings.files import atomic_file, reading, stem
from motekit.recordings.units import unit

MAGIC = "# plain lines, Hz: "
PART = 1 << 16  # rows of a part
WIDE = 64  # characters a line may have


@dataclass(frozen=True)
class Params:
    """How such a file is read."""

    unit: str = param("m/s2", "unit of the numbers")


def _number(text: str, where: str) -> float:
    try:
        value = float(text) if len(text) <= WIDE else float("nan")
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise InputError("not a finite number", where=where, value=text[:WIDE].strip(),
                         way_out="correct the line or delete it")  # fmt: skip
    return value


def parts(path: Path, params: Params) -> Iterator[Recording]:
    """The one recording of a file in parts (see motekit.core.format)."""
    symbol = unit(params.unit, where=f"{path}, unit").symbol
    with reading(path), path.open(encoding="utf-8", errors="replace") as handle:
        head = handle.readline(WIDE)
        if not head.startswith(MAGIC):
            raise InputError("the first line does not state the rate", where=path,
                             value=head.strip(), way_out=f"begin with {MAGIC!r}")  # fmt: skip
        rate, row = _number(head[len(MAGIC) :], f"{path}, line 1"), 0
        if rate <= 0:
            raise InputError("the rate must be positive", where=f"{path}, line 1", value=rate,
                             way_out="state the samples a second")  # fmt: skip
        lines = iter(lambda: handle.readline(WIDE + 1), "")
        while block := list(islice(lines, PART)):
            numbers = [_number(s, f"{path}, line {row + i + 2}") for i, s in enumerate(block)]
            values = np.array(numbers)[:, None]
            stream = Stream("sensor", (Channel("value", symbol),), rate, values, first_index=row)
            yield Recording(stem(path.name), (stream,))
            row += len(block)
    if not row:
        raise InputError("there is no sample", where=path)


def write(path: Path, recording: Recording, params: Params) -> None:
    """Write the one channel of a recording without gaps. Raises InputError for others."""
    stream = recording.streams[0]
    if len(recording.streams) != 1 or len(stream.channels) != 1 or stream.gaps:
        raise InputError("this format holds one channel without gaps", where=recording.name)
    with atomic_file(path) as handle:
        handle.write(f"{MAGIC}{stream.rate_hz!r}\n".encode())
        handle.writelines(f"{v!r}\n".encode() for v in stream.physical()[:, 0].tolist())


FORMAT = Format(
    name="plain_lines",
    summary="one number per line",
    suffixes=(".lines",),
    sniff=lambda head: head.startswith(MAGIC.encode()),
    params=Params,
    parts=parts,
    write=write,
    package=__name__,
)

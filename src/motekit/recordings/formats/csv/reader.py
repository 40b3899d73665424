"""Parts of recordings from blocks of rows: long form or one recording per file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from motekit.core.errors import InputError
from motekit.core.recording import Gap, Recording, Segment, Stream
from motekit.recordings.clock import measured_rate
from motekit.recordings.files import stem
from motekit.recordings.parts import merged

from .layout import ROLES, Layout, layout
from .locate import at_row
from .params import Params
from .stream import Block, blocks, seconds

PART = 1 << 16  # rows of a part, at least, unless the recording ends
MAX_NAMES = 1 << 20  # recordings in one file, so that their names stay in memory


@dataclass
class _Open:
    """The recording that is being read."""

    name: str
    ids: dict[str, str]
    row: int
    rate_hz: float = 0.0
    done: int = 0
    origin: float = 0.0
    last_time: float = -np.inf
    next_index: int | None = None
    pending: list[Block] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(len(block.values) for block in self.pending)


def _changes(texts: list[pa.DictionaryArray], count: int) -> list[int]:
    """Rows at which any of the columns takes another value, with 0 and `count` around."""
    changed = np.zeros(max(count - 1, 0), dtype=bool)
    for column in texts:
        changed |= np.diff(column.indices.to_numpy()) != 0
    return [0, *(np.flatnonzero(changed) + 1).tolist(), count] if count else [0]


def _shortened(edges: list[int]) -> list[int]:
    """More edges, so that no two are further apart than a part is long."""
    pairs = itertools.pairwise(edges)
    return [0, *(row for a, b in pairs for row in [*range(a + PART, b, PART), b])]


def _slice(block: Block, start: int, stop: int) -> Block:
    return Block(
        block.row + start,
        block.values[start:stop],
        None if block.time is None else block.time[start:stop],
        None if block.index is None else block.index[start:stop],
        {i: column.slice(start, stop - start) for i, column in block.texts.items()},
    )


def _first(block: Block, column: int) -> str:
    return str(block.texts[column][0].as_py()).strip()


class _Reader:
    def __init__(self, path: Path, params: Params) -> None:
        self.params = params
        self.layout: Layout = layout(path, params)
        self.per_second = 0.0
        self.facts = {"format": "csv"}
        self.seen: set[str] = set()
        if self.layout.time is None and not params.rate_hz:
            raise InputError(
                "there is neither a timestamp column nor a rate", where=path,
                value=", ".join(self.layout.names[:20]),
                way_out="give rate_hz, or name the column (time)",
            )  # fmt: skip

    def parts(self) -> Iterator[Recording]:
        current: _Open | None = None
        for block in blocks(self.layout, self.params):
            if self.layout.time is not None and not self.per_second:
                self.per_second, told = seconds(self.layout, self.params, block)
                self.facts["time_unit"] = told
            keys = [block.texts[i] for i in self.layout.identity]
            edges = _changes(keys, len(block.values))
            for start, stop in itertools.pairwise(_shortened(edges)):
                piece = _slice(block, start, stop)
                name = self._name(piece)
                if current is None or name != current.name:
                    if current is not None:
                        yield self._part(current)
                    current = self._begin(name, piece)
                self._take(current, piece)
                if current.rows >= PART:
                    yield self._part(current)
        if current is not None and current.pending:
            yield self._part(current)

    def _name(self, piece: Block) -> str:
        values = [_first(piece, i) for i in self.layout.identity]
        return "-".join(v or "none" for v in values) if values else stem(self.layout.path.name)

    def _begin(self, name: str, piece: Block) -> _Open:
        if name in self.seen:
            raise at_row(self.layout, piece.row, self.layout.identity[0],
                         "the rows of one recording do not follow each other", name,
                         "sort the file by its id columns")  # fmt: skip
        if len(self.seen) >= MAX_NAMES:
            raise InputError(f"more than {MAX_NAMES} recordings in one file",
                             where=self.layout.path,
                             way_out="split it, or name fewer columns in recording")  # fmt: skip
        self.seen.add(name)
        roles = {r: i for r, i in self.layout.roles.items() if r != "label"}
        return _Open(name, {role: _first(piece, i) for role, i in roles.items()}, piece.row)

    def _take(self, current: _Open, piece: Block) -> None:
        """Add rows after the checks that need the rows before."""
        if piece.time is not None:
            if current.last_time == -np.inf:
                current.origin = float(piece.time[0])
            self._refuse_decrease(current, piece, piece.time)
            current.last_time = float(piece.time[-1])
        if piece.index is not None:
            before = piece.index[0] - 1 if current.next_index is None else current.next_index - 1
            steps = np.diff(np.concatenate([[before], piece.index]))
            if (steps < 1).any():
                row = int(np.argmax(steps < 1))
                assert self.layout.index is not None
                raise at_row(self.layout, piece.row + row, self.layout.index,
                             "the sample index does not increase", int(piece.index[row]),
                             "sort the rows, or give index = 'none'")  # fmt: skip
            current.next_index = int(piece.index[-1]) + 1
        current.pending.append(piece)

    def _refuse_decrease(self, current: _Open, piece: Block, time: npt.NDArray[np.float64]) -> None:
        steps = np.diff(np.concatenate([[current.last_time], time]))
        if not (steps < 0).any():
            return
        row = int(np.argmax(steps < 0))
        assert self.layout.time is not None
        raise at_row(
            self.layout, piece.row + row, self.layout.time, "the timestamps are not monotonic",
            float(time[row]),
            "sort the rows; if several recordings follow each other, name the columns that "
            "tell them apart (recording)",
        )  # fmt: skip

    def _part(self, current: _Open) -> Recording:
        pending, current.pending = current.pending, []
        values = np.concatenate([block.values for block in pending])
        time_s = None
        if pending[0].time is not None:
            time = np.concatenate([b.time for b in pending if b.time is not None])
            time_s = (time - current.origin) / self.per_second
        if not current.rate_hz:
            current.rate_hz = self._rate(current, time_s, pending)
        first, gaps = self._indices(current, pending)
        stream = Stream(
            sensor=self.params.sensor,
            channels=self.layout.channels,
            rate_hz=current.rate_hz,
            values=self._typed(values, pending[0].row),
            first_index=first,
            gaps=gaps,
            time_s=time_s,
        )
        current.done += len(values)
        started = current.origin / 1e6 if self.layout.time_unit == "iso" else None
        return Recording(
            name=current.name,
            streams=(stream,),
            segments=self._segments(pending),
            started_at=started,
            metadata=dict(self.facts),
            **{role: text or None for role, text in current.ids.items() if role in ROLES},
        )

    def _rate(self, current: _Open, time_s: npt.NDArray[np.float64] | None,
              pending: list[Block]) -> float:  # fmt: skip
        if self.params.rate_hz:
            self.facts["rate"] = "given"
            return self.params.rate_hz
        self.facts["rate"] = "measured from the timestamps"
        indices = [block.index for block in pending if block.index is not None]
        index = np.concatenate(indices) if indices else None
        rate = None if time_s is None else measured_rate(time_s, index)
        if rate is None:
            assert self.layout.time is not None
            raise at_row(self.layout, current.row, self.layout.time,
                         "the timestamps tell no rate", current.name, "give rate_hz")  # fmt: skip
        return rate

    def _indices(self, current: _Open, pending: list[Block]) -> tuple[int, tuple[Gap, ...]]:
        """Index of the first row and the gaps in it, from the index column if there is one."""
        if pending[0].index is None:
            return current.done, ()
        index = np.concatenate([b.index for b in pending if b.index is not None])
        breaks = np.flatnonzero(np.diff(index) != 1)
        gaps = [Gap(int(index[i]) + 1, int(index[i + 1] - index[i]) - 1, "index")
                for i in breaks]  # fmt: skip
        return int(index[0]), tuple(gaps)

    def _segments(self, pending: list[Block]) -> tuple[Segment, ...]:
        if "label" not in self.layout.roles:
            return ()
        column, row, out = self.layout.roles["label"], 0, []
        for block in pending:
            edges = _changes([block.texts[column]], len(block.values))
            for start, stop in itertools.pairwise(edges):
                text = str(block.texts[column][start].as_py()).strip()
                if text and text not in ("nan", "NaN"):
                    out.append(Segment(text, row + start, row + stop))
            row += len(block.values)
        return merged(out)

    def _typed(self, values: npt.NDArray[np.float64], row: int) -> npt.NDArray[np.generic]:
        dtype = np.dtype(self.params.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            typed = values.astype(dtype)
            wrong = np.isinf(typed) if dtype.kind == "f" else typed != values
        if wrong.any():
            at, channel = (int(i[0]) for i in np.nonzero(wrong))
            raise at_row(self.layout, row + at, self.layout.columns[channel],
                         f"the value does not fit dtype {dtype.name}",
                         float(values[at, channel]), "give another dtype")  # fmt: skip
        return typed


def parts(path: Path, params: Params) -> Iterator[Recording]:
    """Parts of the recordings in a CSV file (see motekit.core.format)."""
    return _Reader(path, params).parts()

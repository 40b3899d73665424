"""Recordings that are there twice, whole or in part, by exact values.

Rows are hashed; a stretch of rows has a polynomial hash over them, which is computed for every
offset at once. Each recording leaves the hashes of its blocks, one after the other; a block
that another recording holds at any offset is then found, and so is a stretch of two blocks
wherever it lies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from motekit.core.recording import Recording, Stream

from .finding import Finding

U64 = npt.NDArray[np.uint64]
BLOCK = 64  # rows; movement does not repeat over so many to the last bit
_SIEVE = 1 << 22  # slots by which most stretches are seen to be new without a look-up
_LIVELY = 16  # different rows a block must hold; silence and states repeat honestly
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that it has an inverse modulo 2**64
_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))


def _mixed(x: U64) -> U64:
    """A bijection that spreads the bits (the finaliser of SplitMix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def row_hashes(stream: Stream) -> U64:
    """A hash of each row's physical values, so that counts and floats of them compare equal."""
    out = np.zeros(len(stream), dtype=np.uint64)
    for i, channel in enumerate(stream.channels):
        column = np.ascontiguousarray(stream.values[:, i].astype(np.float64) * channel.scale)
        out = _mixed(out + (column + 0.0).view(np.uint64) + np.uint64(i + 1))
    return out


def _powers(base: np.uint64, count: int) -> U64:
    """base**0 … base**(count − 1), modulo 2**64."""
    out = np.full(count, base, dtype=np.uint64)
    if count:
        out[0] = 1
    return np.cumprod(out, dtype=np.uint64)


def stretch_hashes(rows: U64, length: int = BLOCK) -> U64:
    """The hash of rows i … i + length − 1 for every i."""
    if len(rows) < length:
        return np.empty(0, dtype=np.uint64)
    sums = np.concatenate([[np.uint64(0)], np.cumsum(rows * _powers(_BASE, len(rows)))])
    return _mixed((sums[length:] - sums[:-length]) * _powers(_INVERSE, len(rows) - length + 1))


def _lively(rows: U64, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether the block at each start holds enough different rows."""
    if not len(starts):
        return np.empty(0, dtype=bool)
    blocks = np.sort(rows[starts[:, None] + np.arange(BLOCK)], axis=1)
    return np.asarray(1 + (np.diff(blocks, axis=1) != 0).sum(axis=1) >= _LIVELY)


@dataclass
class Duplicates:
    """Collects recordings by `add`, then tells by `findings` which repeat others."""

    _whole: dict[bytes, str] = field(default_factory=dict)
    _blocks: dict[int, str] = field(default_factory=dict)
    _filter: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(_SIEVE, dtype=bool))
    _found: list[Finding] = field(default_factory=list)

    def add(self, recording: Recording) -> None:
        """Compare with the recordings added before, and remember."""
        for stream in recording.streams:
            rows = row_hashes(stream)
            key = hashlib.sha256(rows.tobytes()).digest()
            first = self._whole.setdefault(key, recording.name)
            if first != recording.name:
                self._report(recording, stream, first, 0, len(rows), whole=True)
                continue
            self._compare(recording, stream, rows)

    def _compare(self, recording: Recording, stream: Stream, rows: U64) -> None:
        hashes = stretch_hashes(rows)
        starts = np.arange(0, len(rows) - BLOCK + 1, BLOCK)
        starts = starts[_lively(rows, starts)]
        own = dict(zip(hashes[starts].tolist(), starts.tolist(), strict=True))
        slots = hashes % np.uint64(_SIEVE)
        other: dict[str, list[int]] = {}
        for row in np.flatnonzero(self._filter[slots]).tolist():
            name = self._blocks.get(int(hashes[row]))
            if name is not None:
                other.setdefault(name, []).append(row)
        for name, places in other.items():
            self._report(recording, stream, name, places[0], len(places) * BLOCK, whole=False)
        self._repeats_itself(recording, stream, hashes, own)
        self._filter[slots[starts]] = True
        for value in own:
            self._blocks.setdefault(value, recording.name)

    def _repeats_itself(self, recording: Recording, stream: Stream, hashes: U64,
                        own: dict[int, int]) -> None:  # fmt: skip
        inside = np.flatnonzero(np.isin(hashes, np.fromiter(own, np.uint64, len(own))))
        again = [row for row in inside.tolist() if row >= own[int(hashes[row])] + BLOCK]
        if again:
            self._report(recording, stream, recording.name, again[0], len(again) * BLOCK, False)

    def _report(self, recording: Recording, stream: Stream, other: str, row: int, rows: int,
                whole: bool) -> None:  # fmt: skip
        seconds = min(rows, len(stream)) / stream.rate_hz
        what = f"holds the same samples as {other!r}"
        if not whole:
            whose = repr(other) if other != recording.name else "itself"
            what = f"repeats a part of {whose} from {row / stream.rate_hz:.2f} s on"
        self._found.append(
            Finding(
                kind="duplicate", severity="error", what=what,
                value=f"{'' if whole else 'about '}{seconds:.2f} s", expected="none",
                way_out="remove one of them: a split could put both on two sides",
                recording=recording.name, sensor=stream.sensor,
            )
        )  # fmt: skip

    def findings(self) -> Iterator[Finding]:
        """Every repetition, in the order of the recordings."""
        return iter(self._found)

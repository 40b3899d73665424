"""NaN, clipping, and channels that stand still."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from motekit.core.recording import Channel, Recording, Stream

from .finding import CheckParams, Finding

_ROWS = 32  # fewer samples tell nothing
_LEVELS = 5  # values next to the extreme that it is compared with
_ALONE = 6  # samples at a limit that count although they do not follow each other
_MANY = 20  # samples at a limit that are no accident
_JUMP = 2.5  # times as many as at each of the two levels next to it
_TOPS = 3  # flat tops, each more than twice as long as any stretch elsewhere
_PILE = 6.0  # a full sine has 3.4 times as many samples at its quantized peak as next to it


def check(recording: Recording, params: CheckParams) -> Iterator[Finding]:
    """Findings about the values of each channel."""
    for stream in recording.streams:
        for i, channel in enumerate(stream.channels):
            column = np.ascontiguousarray(stream.values[:, i])
            bad = ~np.isfinite(column) if column.dtype.kind == "f" else None
            if bad is not None and bad.any():
                yield _of(recording, stream, channel, "nan", "error",
                          "values are missing (NaN) or infinite",
                          f"{int(bad.sum())} of {len(column)}", "none",
                          "leave the recording out, or cut the part away")  # fmt: skip
                column = column[~bad]
            if len(column) < _ROWS:
                continue
            if column.min() == column.max():
                yield _of(recording, stream, channel, "dead", "error",
                          "the channel never changes", f"always {column[0]:g}",
                          "a signal", "leave the channel out, or check the sensor")  # fmt: skip
                continue
            yield from _stuck(recording, stream, channel, column, params)
            yield from _clipping(recording, stream, channel, column, params)


def _of(recording: Recording, stream: Stream, channel: Channel, kind: str, severity: str,
        what: str, value: str, expected: str, way_out: str) -> Finding:  # fmt: skip
    return Finding(
        kind=kind, severity="error" if severity == "error" else "warning", what=what, value=value,
        expected=expected, way_out=way_out, recording=recording.name, sensor=stream.sensor,
        channel=channel.name,
    )  # fmt: skip


def _runs(column: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(first row, length) of each stretch of equal values."""
    changes = np.flatnonzero(column[1:] != column[:-1]) + 1
    starts = np.concatenate([[0], changes])
    return starts, np.diff(np.concatenate([starts, [len(column)]]))


def _stuck(recording: Recording, stream: Stream, channel: Channel,
           column: npt.NDArray[np.generic], params: CheckParams) -> Iterator[Finding]:  # fmt: skip
    """A stretch far longer than the others: slow or coarse signals have many long ones."""
    starts, lengths = _runs(column)
    longest = int(np.argmax(lengths))
    run = int(lengths[longest])
    usual = float(np.percentile(np.delete(lengths, longest), 99)) if len(lengths) > 1 else 1.0
    if run < max(params.stuck_s * stream.rate_hz, _ROWS) or run < 20 * usual:
        return
    yield _of(recording, stream, channel, "stuck", "error",
              f"the channel stands still at {column[starts[longest]]:g} "
              f"from {starts[longest] / stream.rate_hz:.2f} s on",
              f"{run / stream.rate_hz:.2f} s", f"less than {params.stuck_s:g} s",
              "check the sensor and its bus; leave the recording out")  # fmt: skip


def _piled(column: npt.NDArray[np.generic], levels: npt.NDArray[np.generic],
           counts: npt.NDArray[np.int64]) -> int:  # fmt: skip
    """Samples at levels[0] if they pile up there as only a limit makes them, or if it has flat
    tops as no other level has; else 0."""
    near = counts[1 : 1 + _LEVELS]
    starts, lengths = _runs(column)
    at = column[starts] == levels[0]
    if _jumps(int(counts[0]), near):
        return int(counts[0])
    if counts[0] < _PILE * near.mean():
        flat = lengths[at] > 2 * lengths[~at].max()
        return int(counts[0]) if np.count_nonzero(flat) >= _TOPS else 0
    return int(counts[0]) if counts[0] >= _ALONE or lengths[at].max() >= 3 else 0


def _jumps(end: int, near: npt.NDArray[np.int64]) -> bool:
    """Whether values get rarer towards the limit, as in noise, and then are frequent at it. Near
    the peak of a sine they get more frequent."""
    return bool(end >= _MANY and near[0] < near[-1] and end >= _JUMP * near[:2].max())


def _ends(column: npt.NDArray[np.generic]) -> tuple[int, int]:
    """Samples that are cut off at the lowest and at the highest value there is."""
    levels, counts = np.unique(column, return_counts=True)
    if len(levels) < 4 * _LEVELS:  # a switch, a counter, a state: its ends are values like others
        return 0, 0
    return _piled(column, levels, counts), _piled(column, levels[::-1], counts[::-1])


def cut_off(column: npt.NDArray[np.generic]) -> int:
    """Samples of a channel that are cut off at an end of its range."""
    return sum(_ends(column))


def _clipping(recording: Recording, stream: Stream, channel: Channel,
              column: npt.NDArray[np.generic], params: CheckParams
              ) -> Iterator[Finding]:  # fmt: skip
    low, high = _ends(column)
    share = (low + high) / len(column)
    if share < params.clipped or low + high < 3:
        return
    ends = [f"{column.min() * channel.scale:g}"] if low else []
    ends += [f"{column.max() * channel.scale:g}"] if high else []
    yield _of(recording, stream, channel, "clipping", "error" if share > 0.01 else "warning",
              f"the signal is cut off at {' and '.join(ends)} {channel.unit}",
              f"{low + high} samples, {share * 100:.2g} %",
              f"less than {params.clipped * 100:g} %",
              "record with a larger range of the sensor")  # fmt: skip

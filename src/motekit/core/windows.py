"""Windows cut from recordings, and the groups that a split must keep together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .block import Signal


@dataclass(frozen=True)
class WindowSet:
    """Windows of one sensor, ready for the blocks.

    Args:
        values: shape (windows, samples, channels): int16 raw counts, or float32.
        scale: units per count of each channel, shape (channels,).
        rate_hz: samples per second.
        labels: index into `classes` of each window, shape (windows,); −1 is "no label".
        classes: class names, sorted.
        recording: name of the recording of each window, shape (windows,).
        subject, session: group of each window, shape (windows,); "" where not known.
        start: row of the first sample of each window in its stream, shape (windows,).
        sensor: name of the stream the windows were cut from.
        channels, units: name and unit of each channel.
        stride: samples between the starts of two windows that follow each other.
        target: what a regressor learns of each window, shape (windows,); None where nothing
            was asked for.
    """

    values: npt.NDArray[np.generic]
    scale: npt.NDArray[np.float64]
    rate_hz: float
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    recording: npt.NDArray[np.str_]
    subject: npt.NDArray[np.str_]
    session: npt.NDArray[np.str_]
    start: npt.NDArray[np.int64]
    sensor: str = ""
    channels: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    stride: int = 0
    target: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def take(self, which: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> WindowSet:
        """The windows of an index or mask array."""
        return replace(
            self,
            values=self.values[which],
            labels=self.labels[which],
            recording=self.recording[which],
            subject=self.subject[which],
            session=self.session[which],
            start=self.start[which],
            target=None if self.target is None else self.target[which],
        )

    def signal(self) -> Signal:
        """What a block is told of these windows."""
        _, length, width = self.values.shape
        return Signal(
            rate_hz=self.rate_hz,
            length=length,
            stride=self.stride or length,
            channels=self.channels or tuple(f"c{i}" for i in range(width)),
            units=self.units or ("",) * width,
            scale=tuple(float(s) for s in self.scale),
            sample="int16" if self.values.dtype == np.int16 else "float32",
        )

"""Windows cut from recordings, and the groups that a split must keep together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class WindowSet:
    """Windows of one sensor, ready for the blocks.

    Args:
        values: shape (windows, samples, channels): the raw counts or floats of the stream.
        scale: units per count of each channel, shape (channels,).
        rate_hz: samples per second.
        labels: index into `classes` of each window, shape (windows,); −1 is "no label".
        classes: class names, sorted.
        recording: name of the recording of each window, shape (windows,).
        subject, session: group of each window, shape (windows,); "" where not known.
        start: row of the first sample of each window in its stream, shape (windows,).
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

    def __len__(self) -> int:
        return len(self.values)

    def take(self, which: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> WindowSet:
        """The windows of an index or mask array."""
        return WindowSet(
            self.values[which], self.scale, self.rate_hz, self.labels[which], self.classes,
            self.recording[which], self.subject[which], self.session[which], self.start[which],
        )  # fmt: skip

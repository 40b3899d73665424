"""What two sides of a split share that they must not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.errors import PromiseError
from motekit.core.windows import WindowSet

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Leak:
    """One kind of leak between two sides.

    Args:
        kind: "samples" (the same samples on both sides), "content" (equal values under other
            names), "recording", "session" or "subject" (a group on both sides).
        groups: names of the first few groups that are shared.
        windows: windows of the second side that are touched.
    """

    kind: str
    groups: tuple[str, ...]
    windows: int

    def as_dict(self) -> dict[str, object]:
        return {"kind": self.kind, "groups": list(self.groups), "windows": self.windows}


def _shared(kind: str, a: npt.NDArray[np.str_], b: npt.NDArray[np.str_]) -> list[Leak]:
    both = np.intersect1d(a[a != ""], b[b != ""])
    if not len(both):
        return []
    return [Leak(kind, tuple(map(str, both[:8])), int(np.isin(b, both).sum()))]


def _overlapping(windows: WindowSet, a: I64, b: I64) -> list[Leak]:
    """Windows of `b` that hold a sample of a window of `a` of the same recording."""
    length, touched, names = windows.values.shape[1], 0, []
    for name in np.intersect1d(windows.recording[a], windows.recording[b]):
        mine = np.sort(windows.start[a[windows.recording[a] == name]])
        theirs = windows.start[b[windows.recording[b] == name]]
        after = np.searchsorted(mine, theirs - length, side="right")
        hit = (after < len(mine)) & (mine[np.minimum(after, len(mine) - 1)] < theirs + length)
        if hit.any():
            touched += int(hit.sum())
            names.append(str(name))
    return [Leak("samples", tuple(names[:8]), touched)] if touched else []


def _equal_content(windows: WindowSet, a: I64, b: I64) -> list[Leak]:
    """Windows of `b` whose values equal those of a window of `a`; constant windows aside."""

    def keys(rows: I64) -> dict[int, bytes]:
        flat = windows.values[rows].reshape(len(rows), -1)
        moving = np.ptp(windows.values[rows], axis=1).any(axis=1) if len(rows) else []
        return {int(r): f.tobytes() for r, f, m in zip(rows, flat, moving, strict=True) if m}

    known = set(keys(a).values())
    hit = [row for row, key in keys(b).items() if key in known]
    names = dict.fromkeys(str(windows.recording[row]) for row in hit)
    return [Leak("content", tuple(names)[:8], len(hit))] if hit else []


def leaks(windows: WindowSet, a: I64, b: I64) -> tuple[Leak, ...]:
    """Everything the rows `a` and `b` share, worst first: samples, content, recording, session,
    subject. Sharing a session or subject is a leak only for a claim about new ones."""
    session = np.char.add(np.char.add(windows.subject, " "), windows.session)
    session[windows.session == ""] = ""
    return (
        *_overlapping(windows, a, b),
        *_equal_content(windows, a, b),
        *_shared("recording", windows.recording[a], windows.recording[b]),
        *_shared("session", session[a], session[b]),
        *_shared("subject", windows.subject[a], windows.subject[b]),
    )


def require_clean(windows: WindowSet, a: I64, b: I64, by: str) -> None:
    """Raise PromiseError if a split by `by` leaks: samples and content always, groups down to
    the grouping that was promised."""
    order = ("samples", "content", "recording", "session", "subject")
    depth = {"time": 2, "recording": 3, "session": 4, "subject": 5, "window": 0}[by]
    for leak in leaks(windows, a, b):
        if leak.kind in order[:depth]:
            raise PromiseError(
                f"the split by {by} leaks {leak.kind} into {leak.windows} test windows",
                where=", ".join(leak.groups), way_out="remove the duplicates and split again",
            )  # fmt: skip

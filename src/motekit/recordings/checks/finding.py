"""One thing that is wrong, or worth knowing, about recordings."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from motekit.core.params import param

Severity = Literal["error", "warning", "note"]
ORDER: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """A finding.

    Args:
        kind: a short word: "clipping", "rate" …; stable, for machines.
        severity: "error": results will be wrong; "warning": they may be; "note": worth knowing.
        what: one sentence.
        value, expected: the figure seen and what it should be, with units.
        way_out: what to do about it.
        recording: its name, or "" for the whole set.
        sensor, channel: "" where it concerns all.
    """

    kind: str
    severity: Severity
    what: str
    value: str
    expected: str
    way_out: str
    recording: str = ""
    sensor: str = ""
    channel: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def line(self) -> str:
        """The finding in one line."""
        place = " ".join(p for p in (self.recording, self.sensor, self.channel) if p)
        text = f"{self.severity}: {place}{': ' if place else ''}{self.what}"
        return f"{text} ({self.value}; expected {self.expected}); {self.way_out}"


@dataclass(frozen=True)
class CheckParams:
    """What counts as wrong."""

    rate_error: float = param(
        0.003, "relative error of the rate that is reported", minimum=0.0, maximum=1.0
    )
    jitter: float = param(
        0.25, "jitter (95th percentile) that is reported", unit="sample periods", minimum=0.0
    )
    clipped: float = param(
        0.0005, "share of samples at the end of the range that is reported", minimum=0.0,
        maximum=1.0,
    )  # fmt: skip
    stuck_s: float = param(1.0, "how long a value may stay the same", unit="s", minimum=0.0)
    window_s: float = param(2.0, "recordings shorter than this are reported", unit="s", minimum=0.0)
    imbalance: float = param(
        10.0, "ratio of the longest class to the shortest that is reported", minimum=1.0
    )

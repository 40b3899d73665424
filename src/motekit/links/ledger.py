"""Which samples are missing, when, and why."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.recording import Gap

OVERFLOW = "overflow"  # the device's buffer had to make room before they came
RESET = "reset"  # the device started anew before they came
UNHEARD = "not received"  # the link has no way back to ask for them again
CLOSED = "closed"  # the host left before they came


@dataclass(frozen=True)
class Missing:
    """A gap in one stream.

    Args:
        gap: first sample index, count and reason (one of the above, or the device's own:
            "sensor overrun", "sensor off", "sensor fault").
        start_s, stop_s: host times at which its first sample and the first one after it were
            due, by the nearest frames that came and the measured rate; None if none came.
        noticed_s: host time at which it was certain.
    """

    device: str
    session: str
    sensor: str
    gap: Gap
    start_s: float | None
    stop_s: float | None
    noticed_s: float

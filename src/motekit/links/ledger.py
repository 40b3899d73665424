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
        after_s, before_s: host times of the last sample before and the first sample after it;
            None where that is not known yet.
        noticed_s: host time at which it was certain.
    """

    device: str
    session: str
    sensor: str
    gap: Gap
    after_s: float | None
    before_s: float | None
    noticed_s: float

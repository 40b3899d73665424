"""How a session behaves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """How a session behaves.

    Args:
        window: new frames that a device may send beyond what is committed, ≤ 65535.
        backlog: frames asked for again at a time.
        patience_s: wait for an answer this long before asking again.
        silence_s: without a byte for this long, the device counts as gone.
        probe_s: time between clock probes; a tenth of it in the first minute.
        settle_s: samples wait this long after the first contact, until the clock is known.
        live_first: after a disconnection, take what is sampled now before what was missed.
        passive: never send: a recording of a link is being read.
        device_clock: times are the device's, counted from the first frame of each boot: the
            host did not see the frames when they were made.
    """

    window: int = 1024
    backlog: int = 192
    patience_s: float = 1.0
    silence_s: float = 3.0
    probe_s: float = 0.5
    settle_s: float = 1.0
    live_first: bool = True
    passive: bool = False
    device_clock: bool = False

"""What a session knows of one boot of a device: its streams, frames and clock."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Listing
from typing import Final

from motekit.core.recording import Gap, Stream

from .clock import CRYSTAL, Clock, Fit
from .describe import Device
from .frames import Data, Echo, Hold, Note, Skip
from .ledger import OVERFLOW
from .options import Options
from .sequence import Sequence, unwrap
from .timeline import Timeline
from .track import Track

FRESH_S: Final = 2.0  # frames older than this say nothing about the clock


class Boot:
    """State that begins anew when a device restarts.

    Args:
        held: what the sink has, ranges by sensor.
        not_before: host time at which the device's boot before this one ended.
    """

    def __init__(
        self,
        device: Device,
        options: Options,
        held: Mapping[str, Listing[tuple[int, int]]],
        not_before: float,
    ) -> None:
        self.device, self._held = device, held
        self.sequence = Sequence(options.window, options.backlog, options.patience_s)
        self.tracks = tuple(
            Track(number, sensor, device.tick_hz, device.tick_bits)
            for number, sensor in enumerate(device.sensors)
        )
        self.clock = Clock(device.tick_hz)
        self.timeline = Timeline(device.tick_hz, not_before)
        self.said = (0, 0)  # committed and limit of the last Ack
        self.round_trip_s: float | None = None
        self._settle_s = options.settle_s
        self._device_clock = options.device_clock
        self._given: Fit | None = None
        self.since: float | None = None
        self._tick = 0  # newest tick, wraps added up
        self._tick_at: float | None = None  # host time at which it was heard
        self._hold_tick = -1

    def ready(self, stream: int) -> bool:
        """Whether frames of this stream can be placed."""
        return stream < len(self.tracks) and self.tracks[stream].started

    def _widen(self, tick: int, now: float) -> int:
        """The tick without its wraps, which the host's clock tells even after a long silence."""
        bits = self.device.tick_bits
        if bits == 64:
            return tick
        if self._tick_at is None:
            return tick
        near = self._tick + round((now - self._tick_at) * self.device.tick_hz)
        return unwrap(tick, near, bits)

    def _heard(self, tick: int, now: float) -> None:
        """A frame made at `tick` has come."""
        if tick >= self._tick:
            self._tick, self._tick_at = tick, now
        if self.since is None:
            self.since = now
            if self._device_clock:
                first = tick / self.device.tick_hz
                self._given = Fit(now, first, 0.0, -CRYSTAL, CRYSTAL, float("inf"), 1)
        if not self._device_clock:
            self.clock.arrived(tick, now)

    def data(self, frame: Data, now: float) -> bool:
        """Take samples. False if no correct device sends this frame."""
        track = self.tracks[frame.stream]
        if not track.possible(frame):
            return False
        if self.sequence.arrived(frame.seq, now):
            complete = track.data(frame)
            oldest = self._hold_tick - FRESH_S * self.device.tick_hz
            if complete is not None and complete > oldest and track.timing.steady:
                self._heard(complete, now)
        return True

    def skip(self, frame: Skip, now: float) -> Gap | None:
        if not self.sequence.arrived(frame.seq, now):
            return None
        return self.tracks[frame.stream].skip(frame)

    def note(self, frame: Note, now: float) -> int | None:
        """Sample index of a remark that is new, else None."""
        if not self.sequence.arrived(frame.seq, now):
            return None
        return unwrap(frame.index, self.tracks[frame.stream].next)

    def hold(self, frame: Hold, now: float, reason: str) -> list[tuple[int, Gap]]:
        """Take the device's report; returns what is lost, by stream."""
        tick = self._widen(frame.tick, now)
        if tick < self._hold_tick:
            return []
        self._hold_tick = tick
        self._heard(tick, now)
        self.sequence.hold(frame)
        lost = []
        for track in self.tracks:
            if not track.started:
                track.start(frame, self._held.get(track.sensor.name, ()))
            lost += [(track.number, gap) for gap in track.hold(frame, reason or OVERFLOW)]
        return lost

    def echo(self, frame: Echo, sent: float, now: float) -> None:
        """A probe that left at `sent` came back."""
        received, answered = self._widen(frame.received, now), self._widen(frame.sent, now)
        self.clock.probed(sent, received)
        self._heard(answered, now)
        trip = now - sent - (answered - received) / self.device.tick_hz
        self.round_trip_s = trip if self.round_trip_s is None else min(trip, self.round_trip_s)

    def give_up(self, reason: str) -> list[tuple[int, Gap]]:
        """Nothing more comes from this boot; returns what is lost, by stream."""
        return [(track.number, gap) for track in self.tracks for gap in track.give_up(reason)]

    def settled(self, now: float, *, force: bool = False) -> bool:
        """Whether the clock is known well enough to give out times."""
        if force:
            self._settle_s = 0.0
        return self.since is not None and now - self.since >= self._settle_s

    def fit(self) -> Fit | None:
        """Host time by device tick, or None before the first frame."""
        return self._given or self.clock.fit()

    def take(self) -> list[Stream]:
        """Samples that came since the last call, with host times."""
        fit = self.fit()
        ticks = [track.newest() for track in self.tracks if track.waiting()]
        if fit is None or not ticks:
            return []
        self.timeline.extend(fit, max(ticks))
        return [part for track in self.tracks for part in track.take(self.timeline)]

"""When a collection stops to wait for what devices still hold, in time that is made up."""

from types import SimpleNamespace

import pytest

from motekit.links.address import parse
from motekit.workflows.collect.collection import PATIENCE_S, Collection
from motekit.workflows.collect.device import Device
from motekit.workflows.collect.plan import Plan, Take


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


class Held:
    """A device that comes back after `away` seconds and then brings `frames`, 10 a second."""

    error, ended, started, finite = None, False, True, False

    def __init__(self, clock, away, frames):
        self._clock, self._begun, self._away, self._frames = clock, clock.now, away, frames
        self._before = -1
        self.collector = SimpleNamespace(session=SimpleNamespace(device=None))

    def _here(self):
        return min(self._frames, int((self._clock.now - self._begun - self._away) * 10))

    def came(self):
        before, self._before = self._before, max(self._here(), -1)
        return self._before > before

    def caught_up(self, until_s, waited_s):
        return self._here() == self._frames


def catching_up(away, frames):
    """How long a collection waits at its end, in seconds."""
    clock = Clock()
    collection = Collection(
        Plan(["tcp:127.0.0.1:1"], takes=[Take(900.0, 999.0)]), None, clock=clock
    )
    collection.devices = [Held(clock, away, frames), Held(clock, 0, 0)]
    collection._enter("catching up")
    while collection.step().phase != "done":
        clock.now += 0.5
        assert clock.now < 3000
    return clock.now - 1000.0


@pytest.mark.parametrize(("away", "frames"), [(0, 1000), (25, 1000), (5, 6000), (0, 0)])
def test_what_devices_hold_is_waited_for_as_long_as_it_comes(away, frames):
    assert catching_up(away, frames) == pytest.approx(away + frames / 10, abs=1.0)


def test_a_device_that_stays_away_is_given_up():
    assert catching_up(PATIENCE_S + 10, 5) == pytest.approx(PATIENCE_S, abs=1.0)


def device():
    """A Device whose session is in a state that a test can change."""
    sequence = SimpleNamespace(started=True, base=0, top=0)
    made = Device(parse("tcp:127.0.0.1:1"), None)
    made.collector.session = SimpleNamespace(live=False, boot=SimpleNamespace(sequence=sequence))
    return made, made.collector.session, made._runner, sequence


def test_what_came_counts_only_for_what_was_held_when_the_device_was_back():
    made, session, runner, sequence = device()
    sequence.base, sequence.top = 5, 20
    assert not made.came()  # what it holds is not known while it is away
    session.live = runner.connected = True
    sequence.top = 100
    assert made.came()
    assert not made.came()
    sequence.base = 60
    assert made.came() and not made.came()
    sequence.base, sequence.top = 120, 150  # beyond what it held: the rest is new
    assert made.came()
    sequence.base = 140
    assert not made.came()
    session.boot = SimpleNamespace(sequence=SimpleNamespace(base=0, top=50))
    assert not made.came()  # a restart: what was held before is gone

import dataclasses

import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Channel
from motekit.links.describe import assemble, missing_items
from motekit.links.frames import Hello, Item

HELLO = Hello(False, 1, 64, 2, 6, 244, 9, 1000, 0, "mote")
ITEMS = {
    0: Item(0, 0, texts=("fw",)),
    1: Item(1, 1, 0, 2, 2, 50.0, ("acc",)),
    2: Item(2, 2, 0, 0, 0, 0.5, ("x", "g")),
    3: Item(3, 2, 0, 1, 0, 0.5, ("y", "")),
    4: Item(4, 1, 1, 5, 1, 1.0, ("bat",)),
    5: Item(5, 2, 1, 0, 0, 1.0, ("v", "V")),
}


def test_a_device():
    device = assemble(HELLO, ITEMS)
    assert (device.name, device.firmware, device.session) == ("mote", "fw", "boot-00000009")
    acc, battery = device.sensors
    assert acc.channels == (Channel("x", "g", 0.5), Channel("y", "N/A", 0.5))
    assert (acc.sample_bytes, battery.sample_bytes) == (4, 4)


def test_what_is_missing():
    assert missing_items(HELLO, {}) == [(0, 6)]
    assert missing_items(HELLO, {1: ITEMS[1], 4: ITEMS[4]}) == [(0, 1), (2, 2), (5, 1)]
    assert missing_items(HELLO, ITEMS) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({1: {"number": 6}}, "sensor 'acc': unknown sample format"),
        ({1: {"value": 0.0}}, "rate must be a positive number"),
        ({1: {"value": float("nan")}}, "rate must be a positive number"),
        ({1: {"channels": 3}}, "3 channels announced"),
        ({4: {"texts": ("acc",)}}, "two sensors have one name"),
        ({4: {"stream": 2}, 5: {"stream": 2}}, "2 streams announced"),
    ],
)
def test_contradictions_are_refused(change, message):
    items = {n: dataclasses.replace(item, **change.get(n, {})) for n, item in ITEMS.items()}
    with pytest.raises(InputError, match=message):
        assemble(HELLO, items)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"device": ""}, "needs a name"),
        ({"tick_hz": 0}, "ticks need a rate"),
        ({"tick_bits": 8}, "ticks need a rate"),
    ],
)
def test_hellos_that_cannot_be(change, message):
    with pytest.raises(InputError, match=message):
        assemble(dataclasses.replace(HELLO, **change), ITEMS)

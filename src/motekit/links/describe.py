"""What a device says it is: put together from the items of its description."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from motekit.core.errors import InputError
from motekit.core.recording import Channel

from .formats import WIDTH
from .frames import ITEM_CHANNEL, ITEM_DEVICE, ITEM_SENSOR, Hello, Item


@dataclass(frozen=True)
class Sensor:
    """One stream of a device: channels with units and scale, nominal rate, sample format."""

    name: str
    channels: tuple[Channel, ...]
    rate_hz: float
    format: int

    @property
    def sample_bytes(self) -> int:
        return WIDTH[self.format] * len(self.channels)


@dataclass(frozen=True)
class Device:
    """A device in one boot.

    Args:
        name: unique among devices.
        boot: differs from every other boot of this device.
        tick_hz: ticks of its clock a second; they wrap after `tick_bits` bits.
        one_way: it sends without ever listening.
    """

    name: str
    firmware: str
    boot: int
    tick_hz: int
    tick_bits: int
    one_way: bool
    cause: int
    sensors: tuple[Sensor, ...]

    @property
    def session(self) -> str:
        """Under which name a sink keeps the samples of this boot."""
        return f"boot-{self.boot:08x}"


def missing_items(hello: Hello, items: Mapping[int, Item]) -> list[tuple[int, int]]:
    """Ranges (first, count) of the description that have not come."""
    out: list[tuple[int, int]] = []
    for number in range(hello.items):
        if number in items:
            continue
        if out and sum(out[-1]) == number:
            out[-1] = (out[-1][0], out[-1][1] + 1)
        else:
            out.append((number, 1))
    return out


def _sensor(item: Item, channels: list[Item], device: str) -> Sensor:
    name = item.texts[0]
    where = f"device {device!r}, sensor {name!r}"
    if item.number not in WIDTH:
        raise InputError("unknown sample format", where=where, value=item.number)
    if not (math.isfinite(item.value) and item.value > 0):
        raise InputError("the rate must be a positive number", where=where, value=item.value)
    if not channels or len(channels) != item.channels:
        raise InputError(f"{item.channels} channels announced", where=where, value=len(channels))
    made = tuple(Channel(c.texts[0], c.texts[1] or "N/A", c.value) for c in channels)
    return Sensor(name, made, item.value, item.number)


def assemble(hello: Hello, items: Mapping[int, Item]) -> Device:
    """The description of a device whose items are complete.

    Raises InputError, naming device and sensor, if it contradicts itself.
    """
    ordered = [items[number] for number in range(hello.items)]
    firmware = next((i.texts[0] for i in ordered if i.tag == ITEM_DEVICE), "")
    heads = [i for i in ordered if i.tag == ITEM_SENSOR]
    sensors = tuple(
        _sensor(
            head,
            [i for i in ordered if i.tag == ITEM_CHANNEL and i.stream == head.stream],
            hello.device,
        )
        for head in heads
    )
    names = [sensor.name for sensor in sensors]
    where = f"device {hello.device!r}"
    if [head.stream for head in heads] != list(range(hello.streams)):
        raise InputError(f"{hello.streams} streams announced", where=where, value=names)
    if len(set(names)) != len(names):
        raise InputError("two sensors have one name", where=where, value=names)
    if not hello.device:
        raise InputError("a device needs a name", where=where)
    if hello.tick_hz < 1 or not 16 <= hello.tick_bits <= 64:
        clock = (hello.tick_hz, hello.tick_bits)
        raise InputError("ticks need a rate and 16 to 64 bits", where=where, value=clock)
    return Device(
        hello.device, firmware, hello.boot, hello.tick_hz, hello.tick_bits, hello.one_way,
        hello.cause, sensors,
    )  # fmt: skip

"""The frames of the mote link as values. See SPEC.md, "Mote link"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Hello:
    """A device says that it is there. tick: when the frame was made."""

    one_way: bool
    cause: int
    tick_bits: int
    streams: int
    items: int
    max_frame: int
    boot: int
    tick_hz: int
    tick: int
    device: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the description: item 0 is the device, then each sensor before its channels.

    tag: 0 device (texts: firmware), 1 sensor (texts: name; `number` is the stream's format,
    `channels` their count, `value` the nominal rate in Hz), 2 channel (texts: name and unit;
    `number` is the channel, `value` units per count).
    """

    item: int
    tag: int
    stream: int = 0
    number: int = 0
    channels: int = 0
    value: float = 0.0
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Data:
    """Consecutive samples of one stream; index and tick are those of the first."""

    stream: int
    seq: int
    index: int
    tick: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Skip:
    """`count` samples that the device never had. reason: see `REASONS`."""

    stream: int
    seq: int
    index: int
    tick: int
    count: int
    reason: int


@dataclass(frozen=True, slots=True)
class Note:
    """A remark at a sample."""

    stream: int
    seq: int
    index: int
    tick: int
    text: str


@dataclass(frozen=True, slots=True)
class Hold:
    """What the device still has.

    oldest, sent, next: sequence numbers of the oldest frame in the buffer, of the next one to
    be sent for the first time, of the next one to be made. streams: for each (index of the next
    sample, index of the oldest sample that is still held, the latter modulo 2³²).
    """

    tick: int
    oldest: int
    sent: int
    next: int
    streams: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Status:
    """Battery and buffer. millivolts 0, percent 255, centidegrees −32768: unknown."""

    tick: int
    millivolts: int
    percent: int
    charging: bool
    centidegrees: int
    used: int
    size: int
    overflowed: int
    refused: int


@dataclass(frozen=True, slots=True)
class Echo:
    """Answer to a Probe: what it said, when it came, when this frame was made (ticks)."""

    probe: int
    received: int
    sent: int


@dataclass(frozen=True, slots=True)
class Wake:
    """Who is there?"""


@dataclass(frozen=True, slots=True)
class Ask:
    """Send `count` items of the description from `item` on."""

    item: int
    count: int


@dataclass(frozen=True, slots=True)
class Open:
    """Begin to send: at most `window` new frames until the next Ack. live: leave out for now
    what was sampled before; it is asked for afterwards."""

    live: bool
    window: int


@dataclass(frozen=True, slots=True)
class Ack:
    """All before `committed` may be forgotten; new frames before `limit` may be sent;
    `ranges` (first, count) are wanted again."""

    committed: int
    limit: int
    ranges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """Clock probe; `value` comes back unchanged."""

    value: int


@dataclass(frozen=True, slots=True)
class Close:
    """The host leaves; keep what is not committed."""


Frame = (
    Hello | Item | Data | Skip | Note | Hold | Status | Echo
    | Wake | Ask | Open | Ack | Probe | Close
)  # fmt: skip

KINDS: Final[dict[type[Frame], int]] = {
    Hello: 1, Item: 2, Data: 3, Skip: 4, Note: 5, Hold: 6, Status: 7, Echo: 8,
    Wake: 16, Ask: 17, Open: 18, Ack: 19, Probe: 20, Close: 21,
}  # fmt: skip
REASONS: Final = {1: "sensor overrun", 2: "sensor off", 3: "sensor fault"}
CAUSES: Final = {1: "power", 2: "reset pin", 3: "software", 4: "watchdog", 5: "brown-out"}
ITEM_DEVICE, ITEM_SENSOR, ITEM_CHANNEL = 0, 1, 2
MAX_RANGES = 8  # in an Ack
LONGEST_TEXT = 31  # bytes of UTF-8

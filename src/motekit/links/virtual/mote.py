"""The virtual mote in this process: the device's C code, run in simulated time."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from motekit.core.errors import InputError

from .build import HERE, compile_host, link_sources

_OUT: Final = 65536
_CHUNKS: Final = 4096


@dataclass(frozen=True)
class Setup:
    """What a virtual mote is like.

    Args:
        drift_ppm: how fast its clock runs against real time.
        rate_ppm: how fast its sensors sample against their nominal rates, by its own clock.
        jitter_s: a tick is read up to this much late.
        bytes_per_s: of its transport; 0: no limit.
        first_tick: where its counter starts.
        ring_bytes: memory for frames that are not acknowledged.
        max_frame: longest frame, bytes.
        one_way: never listen.
        status: report battery and buffer once a second.
    """

    drift_ppm: float = 0.0
    rate_ppm: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: int = 0
    seed: int = 1
    boot: int = 0x1234ABCD
    tick_hz: int = 1_000_000
    first_tick: int = 0
    ring_bytes: int = 65536
    max_frame: int = 1024
    one_way: bool = False
    status: bool = True


class _CSetup(ctypes.Structure):
    _fields_ = (
        ("drift_ppm", ctypes.c_double), ("rate_ppm", ctypes.c_double),
        ("jitter_s", ctypes.c_double), ("bytes_per_s", ctypes.c_uint64),
        ("seed", ctypes.c_uint32), ("boot", ctypes.c_uint32), ("tick_hz", ctypes.c_uint32),
        ("first_tick", ctypes.c_uint32), ("ring_size", ctypes.c_uint32),
        ("max_frame", ctypes.c_uint16), ("one_way", ctypes.c_uint8), ("status", ctypes.c_uint8),
    )  # fmt: skip


class _Chunk(ctypes.Structure):
    _fields_ = (("at_ns", ctypes.c_uint64), ("start", ctypes.c_uint32), ("count", ctypes.c_uint32))


@cache
def _library() -> ctypes.CDLL:
    path = compile_host("vmote", [HERE / "mk_vmote.c", *link_sources()], library=True)
    library = ctypes.CDLL(str(path))
    library.mk_vmote_bytes.restype = ctypes.c_size_t
    library.mk_vmote_run.restype = ctypes.c_uint64
    for name in ("mk_vmote_make", "mk_vmote_reset"):
        getattr(library, name).restype = ctypes.c_bool
    return library


class VirtualMote:
    """A device to talk to.

    Args:
        replay: bytes from `replay`.
    """

    def __init__(self, replay: bytes, setup: Setup) -> None:
        self.setup = setup
        self._c = _library()
        self._replay = replay
        self._memory = ctypes.create_string_buffer(self._c.mk_vmote_bytes())
        self._ring = ctypes.create_string_buffer(setup.ring_bytes)
        given = _CSetup(
            setup.drift_ppm, setup.rate_ppm, setup.jitter_s, setup.bytes_per_s, setup.seed,
            setup.boot, setup.tick_hz, setup.first_tick, setup.ring_bytes, setup.max_frame,
            setup.one_way, setup.status,
        )  # fmt: skip
        size = ctypes.c_size_t(len(replay))
        if not self._c.mk_vmote_make(self._memory, self._ring, replay, size, ctypes.byref(given)):
            raise InputError(
                "the replay is damaged, or a frame does not fit", where="virtual mote",
                value=setup,
            )  # fmt: skip
        self._out = (ctypes.c_uint8 * _OUT)()
        self._chunks = (_Chunk * _CHUNKS)()
        self._counts = (ctypes.c_uint32 * 2)()

    def run(self, until_s: float) -> Iterator[tuple[float, bytes]]:
        """Live until a time (seconds since the simulation began); yields what was written,
        and when."""
        until = round(until_s * 1e9)
        while True:
            reached = self._c.mk_vmote_run(self._memory, ctypes.c_uint64(until))
            yield from self._drain()
            if reached >= until:
                return

    def _drain(self) -> list[tuple[float, bytes]]:
        self._c.mk_vmote_copy(self._memory, self._out, self._chunks, self._counts)
        data = bytes(memoryview(self._out)[: self._counts[0]])
        chunks = self._chunks[: self._counts[1]]
        return [(c.at_ns * 1e-9, data[c.start : c.start + c.count]) for c in chunks]

    def receive(self, data: bytes) -> None:
        """Bytes from the host, at the time that `run` has reached."""
        self._c.mk_vmote_receive(self._memory, data, ctypes.c_size_t(len(data)))

    def connect(self, connected: bool) -> None:
        """The transport comes or goes, and the device notices."""
        self._c.mk_vmote_connect(self._memory, ctypes.c_bool(connected))

    def reset(self, boot: int, cause: int = 4) -> None:
        """The device starts anew, with an empty buffer."""
        self._c.mk_vmote_reset(self._memory, ctypes.c_uint32(boot), ctypes.c_uint8(cause))

    def overrun(self, stream: int, count: int) -> None:
        """The next samples of a sensor are never read."""
        self._c.mk_vmote_overrun(self._memory, ctypes.c_uint8(stream), ctypes.c_uint32(count))

    def note(self, stream: int, text: str) -> None:
        """The device makes a remark."""
        self._c.mk_vmote_note(self._memory, ctypes.c_uint8(stream), text.encode())

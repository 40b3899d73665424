"""liblsl as a connection: what it receives, as bytes for the session. Imported when used."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from motekit.core.errors import InputError
from motekit.links.transport import Gone

from .session import CHUNK, HEAD, Kind


def _quiet() -> None:
    """liblsl writes its log to standard error, over whatever is shown there."""
    if "LSLAPICFG" not in os.environ:
        folder = Path(tempfile.gettempdir())
        path = folder / f"motekit-lsl-{os.getuid() if hasattr(os, 'getuid') else 0}.cfg"
        path.write_text("[log]\nlevel = -3\n", encoding="utf-8")
        os.environ["LSLAPICFG"] = str(path)


_quiet()

import pylsl  # noqa: E402
from pylsl.util import LostError  # noqa: E402

LOOK_S: Final = 1.0
OTHER_S: Final = 0.5
CORRECT_S: Final = 2.0  # between measurements of the sender's clock
BUFFER_S: Final = 360  # of samples that liblsl keeps while we are not reading
DTYPES: Final = {1: "<f4", 2: "<f8", 4: "<i4", 5: "<i2", 6: "<i1"}  # by LSL's channel format
UNITS: Final = {
    "microvolts": "uV", "microvolt": "uV", "uv": "uV", "millivolts": "mV", "mv": "mV",
    "volts": "V", "v": "V", "g": "g", "m/s^2": "m/s2", "m/s2": "m/s2", "deg/s": "deg/s",
    "rad/s": "rad/s", "celsius": "Cel", "%": "%", "hz": "Hz", "bpm": "bpm",
}  # fmt: skip


def streams() -> list[tuple[str, str, str]]:
    """(name, source id, words) of every stream of numbers at a rate."""
    return [
        (i.name(), i.source_id(), f"{i.channel_count()} channels, {i.nominal_srate():g} Hz, "
         f"{i.type()} on {i.hostname()}")
        for i in pylsl.resolve_streams(LOOK_S)
        if i.channel_format() in DTYPES and i.nominal_srate() > 0
    ]  # fmt: skip


def _described(info: Any) -> dict[str, Any]:
    """What the session needs to know of a stream."""
    where = f"lsl {info.name()}"
    if info.channel_format() not in DTYPES:
        raise InputError("texts and 64-bit integers are not recorded", where=where,
                         way_out="send numbers of 8, 16 or 32 bits, or floats")  # fmt: skip
    if not info.nominal_srate() > 0:
        raise InputError("a stream without a rate is not recorded", where=where,
                         way_out="send it with its nominal rate")  # fmt: skip
    channels, entry = [], info.desc().child("channels").child("channel")
    for number in range(info.channel_count()):
        label = entry.child_value("label") or f"ch{number}"
        unit = entry.child_value("unit")
        channels.append([label, UNITS.get(unit.lower(), "N/A")])
        entry = entry.next_sibling("channel")
    names = [name for name, _ in channels]
    if len(set(names)) != len(names):
        channels = [[f"ch{n}", unit] for n, (_, unit) in enumerate(channels)]
    return {
        "device": info.source_id() or info.name(), "sensor": info.type() or info.name(),
        "name": info.name(), "uid": info.uid(), "rate_hz": info.nominal_srate(),
        "dtype": DTYPES[info.channel_format()], "channels": channels,
    }  # fmt: skip


class Inlet:
    """A stream being received. Times are turned into seconds since the Unix epoch."""

    def __init__(self, name: str, source: str, wait_s: float) -> None:
        self._where = f"lsl {name}"
        what = ("source_id", source) if source else ("name", name)
        found = pylsl.resolve_byprop(*what, 1, wait_s)
        if found and not source:  # another one of this name answers as quickly
            found = pylsl.resolve_byprop(*what, len(found) + 1, OTHER_S)
        found = [info for info in found if info.name() == name]
        if not found:
            raise Gone("nobody sends this stream", where=self._where)
        if len(found) > 1:
            raise InputError("several streams have this name", where=self._where,
                             way_out="add source=ID; motekit collect --list has them")  # fmt: skip
        self._inlet = pylsl.StreamInlet(found[0], BUFFER_S, recover=False, processing_flags=0)
        try:
            self._inlet.open_stream(wait_s)
            described = _described(self._inlet.info(wait_s))
        except (LostError, TimeoutError) as error:
            raise Gone("the stream does not answer", where=self._where) from error
        self._dtype = np.dtype(described["dtype"])
        self._epoch = time.time() - pylsl.local_clock()
        self._offset, self._due = 0.0, 0.0
        text = json.dumps(described).encode()
        self._first = HEAD.pack(Kind.INFO, len(text)) + text

    def _correction(self) -> float:
        """The sender's clock against ours, measured anew now and then."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + CORRECT_S
            try:
                self._offset = self._inlet.time_correction(1.0)
            except TimeoutError:
                pass  # the last one still holds to within its drift
            except LostError as error:
                raise Gone("the stream is gone", where=self._where) from error
        return self._offset

    def read(self, timeout_s: float) -> bytes:
        offset = self._correction()
        try:
            rows, stamps = self._inlet.pull_chunk(timeout_s, CHUNK)
        except LostError as error:
            raise Gone("the stream is gone", where=self._where) from error
        out, self._first = self._first, b""
        if stamps:
            times = np.array(stamps, "<f8") + (offset + self._epoch)
            body = times.tobytes() + np.array(rows).astype(self._dtype).tobytes()
            out += HEAD.pack(Kind.ROWS, len(body)) + body
        return out

    def write(self, data: bytes) -> None:
        """There is nobody to hear it."""

    def close(self) -> None:
        self._inlet.close_stream()

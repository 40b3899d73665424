"""Edge Impulse's acquisition object ↔ a recording; what its JSON and CBOR forms share.

Source: "Data acquisition format" (docs.edgeimpulse.com, tools/specifications). Bytes are in
SPEC.md, "Edge Impulse acquisition files".
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.params import param
from motekit.core.recording import Channel, Recording, Stream

from .files import reading, stem
from .signing import UNSIGNED, state
from .units import unit

MAX_BYTES = 256 << 20  # of a file; the ingestion service takes 100 MB
MAX_AXES = 1024
_BINARY = re.compile(r"Ref-BINARY-(u8|u16|u32|i8|i16|i32|f32)\s*", re.I)
_TYPES = {"u8": "<u1", "u16": "<u2", "u32": "<u4", "i8": "<i1", "i16": "<i2", "i32": "<i4",
          "f32": "<f4"}  # fmt: skip


@dataclass(frozen=True)
class Params:
    """How an acquisition file is to be read or written."""

    hmac_key: str = param("", "key its signature is verified with, and files are signed with")
    unsigned: str = param(
        "accept", "unsigned files: accept and flag them, or refuse", choices=("accept", "refuse")
    )
    sensor: str = param("sensor", "name of the stream")
    units: tuple[str, ...] = param((), "unit of each axis, or one for all; empty: by the file")


def load_bytes(path: Path) -> bytes:
    """A whole file. Raises InputError if it is empty or beyond `MAX_BYTES`."""
    with reading(path):
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(f"the file is larger than {MAX_BYTES >> 20} MiB", where=path,
                             value=size, way_out="split it, or use CSV or Parquet")  # fmt: skip
        data = path.read_bytes()
    if not data:
        raise InputError("the file is empty", where=path, way_out="record or export it again")
    return data


def _wrong(
    path: Path, field: str, what: str, value: object, way_out: str = "correct it, or record again"
) -> InputError:
    shown = value if isinstance(value, int | float) else str(value)[:60]
    return InputError(what, where=f"{path}, field {field}", value=shown, way_out=way_out)


def _member(path: Path, table: object, field: str, kind: type) -> Any:
    """`table[field]` of the given kind, by its dotted name. Raises InputError."""
    name = field.rpartition(".")[2]
    if not isinstance(table, Mapping) or name not in table:
        raise InputError("the field is missing", where=f"{path}, field {field}",
                         way_out="is this an Edge Impulse acquisition file?")  # fmt: skip
    if not isinstance(table[name], kind):
        raise _wrong(path, field, f"not a {kind.__name__}", table[name])
    return table[name]


def _text(path: Path, table: Mapping[str, Any], field: str) -> str | None:
    value = table.get(field.rpartition(".")[2])
    if value is not None and not isinstance(value, str):
        raise _wrong(path, field, "not a text", value)
    return value


def _number(path: Path, field: str, value: object) -> float:
    if type(value) not in (int, float):
        raise _wrong(path, field, "not a number", value)
    try:
        return float(value)  # type: ignore[arg-type]  # int or float, by the line above
    except OverflowError as error:
        raise _wrong(path, field, "not a finite number", value) from error


def _channels(path: Path, payload: Mapping[str, Any], params: Params) -> tuple[Channel, ...]:
    sensors = _member(path, payload, "payload.sensors", list)
    if not 0 < len(sensors) <= MAX_AXES:
        raise _wrong(path, "payload.sensors", f"must have 1 to {MAX_AXES} entries", len(sensors))
    given = params.units * len(sensors) if len(params.units) == 1 else params.units
    if given and len(given) != len(sensors):
        raise InputError(f"units must have one entry, or one per axis ({len(sensors)})",
                         where=path, value=given, way_out="correct --set units")  # fmt: skip
    out = []
    for i, sensor in enumerate(sensors):
        place = f"payload.sensors[{i}]"
        name = _member(path, sensor, f"{place}.name", str)
        told = given[i] if given else _member(path, sensor, f"{place}.units", str)
        symbol = unit(told, where=f"{path}, field {place}.units").symbol
        out.append(Channel(name, symbol))
    names = [channel.name for channel in out]
    if len(set(names)) != len(names):
        raise _wrong(path, "payload.sensors", "two axes have one name", names)
    return tuple(out)


def _array(path: Path, values: list[Any], axes: int) -> npt.NDArray[np.float64]:
    """Numbers as (samples, axes); one axis may be flat. Raises InputError with the place."""
    if axes == 1 and values and not isinstance(values[0], list):
        values = [[value] for value in values]
    if set(map(type, values)) != {list} or set(map(len, values)) != {axes}:
        i = next(i for i, r in enumerate(values) if type(r) is not list or len(r) != axes)
        raise _wrong(path, f"payload.values[{i}]", f"not a list of {axes} numbers", values[i])
    flat = list(itertools.chain.from_iterable(values))
    if not set(map(type, flat)) <= {int, float}:
        at = next(i for i, v in enumerate(flat) if type(v) not in (int, float))
        raise _wrong(path, f"payload.values[{at // axes}][{at % axes}]", "not a number", flat[at])
    try:
        array = np.array(flat, dtype=np.float64).reshape(-1, axes)
    except OverflowError:
        array = np.full((1, axes), np.inf)
    return array


def _refuse_non_finite(path: Path, array: npt.NDArray[np.generic]) -> None:
    if array.dtype.kind != "f":
        return
    finite = np.isfinite(np.asarray(array, dtype=np.float64))
    if finite.all():
        return
    row, axis = (int(i[0]) for i in np.nonzero(~finite))
    raise _wrong(path, f"payload.values[{row}][{axis}]", "not a finite number", array[row, axis],
                 "record or export it again")  # fmt: skip


def _values(path: Path, payload: Mapping[str, Any], axes: int, tail: bytes
            ) -> npt.NDArray[np.generic]:  # fmt: skip
    values = _member(path, payload, "payload.values", list)
    if len(values) == 1 and isinstance(values[0], str):
        match = _BINARY.fullmatch(values[0])
        if not match:
            raise _wrong(path, "payload.values", "refers to data that is not in the file",
                         values[0], f"known: Ref-Binary- with {', '.join(_TYPES)}")  # fmt: skip
        kind = np.dtype(_TYPES[match[1].lower()])
        if len(tail) % (kind.itemsize * axes) or not tail:
            raise _wrong(path, "the binary tail", f"is no whole number of {kind.name} samples",
                         f"{len(tail)} bytes", "copy the file again")  # fmt: skip
        array = np.frombuffer(tail, dtype=kind).reshape(-1, axes).astype(kind.newbyteorder("="))
    else:
        if tail.strip():
            raise _wrong(path, "the end", "there are bytes after the end", f"{len(tail)} bytes",
                         "copy the file again")  # fmt: skip
        if not values:
            raise _wrong(path, "payload.values", "there is no sample", 0)
        array = _array(path, values, axes)
    _refuse_non_finite(path, array)
    return array


def _rate(path: Path, payload: Mapping[str, Any]) -> float:
    interval = _number(path, "payload.interval_ms",
                       _member(path, payload, "payload.interval_ms", object))  # fmt: skip
    if not (math.isfinite(interval) and interval > 0 and math.isfinite(1000.0 / interval)):
        raise _wrong(path, "payload.interval_ms", "must be a positive number", interval)
    return 1000.0 / interval


def to_recording(path: Path, data: bytes, found: object, tail: bytes, params: Params) -> Recording:
    """The recording of a decoded object.

    Args:
        data: the whole file, for the signature.
        tail: bytes after the object.
    """
    protected = _member(path, found, "protected", Mapping)
    payload = _member(path, found, "payload", Mapping)
    assert isinstance(found, Mapping)
    if protected.get("ver") != "v1":
        raise _wrong(path, "protected.ver", "unknown version", protected.get("ver"), "v1 is known")
    signed = state(data, found.get("signature"), protected.get("alg"), params.hmac_key, path)
    if signed == "unsigned" and params.unsigned == "refuse":
        raise _wrong(path, "signature", "the file is not signed", found.get("signature"))
    channels = _channels(path, payload, params)
    stream = Stream(
        sensor=params.sensor,
        channels=channels,
        rate_hz=_rate(path, payload),
        values=_values(path, payload, len(channels), tail),
    )
    metadata = {"signature": signed, "device_type": _text(path, payload, "payload.device_type")}
    if "iat" in protected:
        metadata["iat"] = str(_number(path, "protected.iat", protected["iat"]))
    return Recording(
        name=stem(path.name),
        streams=(stream,),
        device=_text(path, payload, "payload.device_name"),
        metadata={key: text for key, text in metadata.items() if text is not None},
    )


def from_recording(recording: Recording, signed: bool) -> dict[str, Any]:
    """The object of a recording, with the signature zeroed. Raises InputError.

    Labels have no place in the object: they go in the file name or an upload header.
    """
    if len(recording.streams) != 1:
        raise InputError(
            "an acquisition file holds sensors of one rate", where=recording.name,
            value=[s.sensor for s in recording.streams], way_out="write one file for each sensor",
        )  # fmt: skip
    stream = recording.streams[0]
    if stream.gaps:
        raise InputError(
            "an acquisition file cannot tell of missing samples", where=recording.name,
            value=f"{len(stream.gaps)} gaps", way_out="write the parts between the gaps",
        )  # fmt: skip
    protected: dict[str, Any] = {"ver": "v1", "alg": "HS256" if signed else "none"}
    if "iat" in recording.metadata:
        moment = float(recording.metadata["iat"])
        protected["iat"] = int(moment) if moment.is_integer() else moment
    payload: dict[str, Any] = {}
    if recording.device is not None:
        payload["device_name"] = recording.device
    payload["device_type"] = recording.metadata.get("device_type", "motekit")
    payload["interval_ms"] = 1000.0 / stream.rate_hz
    payload["sensors"] = [{"name": c.name, "units": c.unit} for c in stream.channels]
    payload["values"] = stream.physical().tolist()
    return {"protected": protected, "signature": UNSIGNED, "payload": payload}

"""WAV: PCM of 8, 16, 24 and 32 bits, and float."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.format import Format
from motekit.core.params import param
from motekit.core.recording import Channel, Recording, Stream
from motekit.recordings.files import atomic_file, stem
from motekit.recordings.units import unit

from .chunks import sample_bytes

PART = 1 << 18  # frames of a part
_FULL = {"int8": 2.0**-7, "int16": 2.0**-15, "int32": 2.0**-31}  # of full scale a count


@dataclass(frozen=True)
class Params:
    """How a WAV file is to be read or written."""

    sensor: str = param("microphone", "name of the stream")
    unit: str = param("/", "what full scale 1.0 is a unit of; '/': of itself")


def _load(path: Path) -> tuple[int, npt.NDArray[Any]]:
    """(rate, values); mapped, not read, where the sample size allows."""
    from scipy.io import wavfile  # heavy: imported when used

    for mapped in (True, False):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", wavfile.WavFileWarning)
                warnings.filterwarnings(
                    "error", message="Reached EOF|Incomplete", category=wavfile.WavFileWarning
                )
                rate, values = wavfile.read(path, mmap=mapped)
            return int(rate), values
        except (ValueError, OSError, EOFError, struct.error, TypeError, KeyError, MemoryError,
                OverflowError, ArithmeticError, UnboundLocalError, RuntimeWarning,
                wavfile.WavFileWarning) as error:  # fmt: skip
            if mapped:  # samples of 24 bits, or a data chunk beyond the end, cannot be mapped
                continue
            raise InputError(
                f"the WAV file is damaged or of an unknown kind: {' '.join(str(error).split())}",
                where=path, way_out="write it as PCM or float",
            ) from error  # fmt: skip
    raise AssertionError("unreachable")


def _stored(values: npt.NDArray[Any], wide: bool) -> npt.NDArray[np.generic]:
    """Signed counts: 8-bit PCM has its zero at 128; 24 bits come left-aligned in 32."""
    if values.dtype == np.uint8:
        return (values.astype(np.int16) - 128).astype(np.int8)
    if wide:
        return values >> 8
    return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("="))


def parts(path: Path, params: Params) -> Iterator[Recording]:
    """The one recording of a file in parts (see motekit.core.format)."""
    width = sample_bytes(path)
    rate, values = _load(path)
    if values.ndim == 1:
        values = values[:, None]
    if not len(values) or not values.shape[1] or rate < 1:
        raise InputError("there is no sample, or no rate", where=path,
                         value=f"{values.shape} at {rate} Hz",
                         way_out="record it again")  # fmt: skip
    wide = values.dtype == np.int32 and width == 3
    signed = np.dtype(np.int8) if values.dtype == np.uint8 else values.dtype.newbyteorder("=")
    scale = 2.0**-23 if wide else _FULL.get(signed.name, 1.0)
    if signed.name not in (*_FULL, "float32", "float64"):
        raise InputError(
            "samples of this type are not known",
            where=path,
            value=signed.name,
            way_out="convert it to 16-bit PCM",
        )
    symbol = unit(params.unit, where=f"{path}, unit").symbol
    count = values.shape[1]
    names = ["audio"] if count == 1 else [f"audio{i}" for i in range(count)]
    for row in range(0, len(values), PART):
        block = _stored(values[row : row + PART], wide)
        if block.dtype.kind == "f" and not np.isfinite(block).all():
            at = row + int(np.argmax(~np.isfinite(block).all(axis=1)))
            raise InputError("not a finite number", where=f"{path}, frame {at}",
                             way_out="write it again")  # fmt: skip
        stream = Stream(
            sensor=params.sensor, channels=tuple(Channel(n, symbol, scale) for n in names),
            rate_hz=float(rate), values=block, first_index=row,
        )  # fmt: skip
        yield Recording(stem(path.name), (stream,), metadata={"format": "wav"})


def write(path: Path, recording: Recording, params: Params) -> None:
    """Write counts as PCM (int8, int16, int32) or floats as they are.

    Raises InputError for what WAV cannot hold: gaps, a rate that is no whole number, a scale
    other than of full scale.
    """
    from scipy.io import wavfile  # heavy: imported when used

    if len(recording.streams) != 1 or recording.streams[0].gaps:
        raise InputError("a WAV file holds one stream without gaps", where=recording.name,
                         way_out="use parquet")  # fmt: skip
    stream = recording.streams[0]
    kind = stream.values.dtype.name
    full = _FULL.get(kind, 1.0)
    if kind not in (*_FULL, "float32", "float64") or any(c.scale != full for c in stream.channels):
        raise InputError(
            "a WAV file has no place for this type or scale", where=recording.name,
            value=f"{kind}, {stream.channels[0].scale:g}", way_out="use parquet or csv",
        )  # fmt: skip
    if not stream.rate_hz.is_integer() or stream.rate_hz >= 2**32:
        raise InputError("a WAV file has whole rates only", where=recording.name,
                         value=stream.rate_hz, way_out="resample, or use parquet")  # fmt: skip
    values = stream.values
    if kind == "int8":
        values = (values.astype(np.int16) + 128).astype(np.uint8)
    with atomic_file(path) as handle:
        wavfile.write(handle, int(stream.rate_hz), values)


FORMAT = Format(
    name="wav",
    summary="PCM of 8, 16, 24 or 32 bits, or float",
    suffixes=(".wav",),
    sniff=lambda head: head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE",
    params=Params,
    parts=parts,
    write=write,
    package=__name__,
)

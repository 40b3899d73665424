from __future__ import annotations

import dataclasses
import io
import struct
import wave
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Recording, Stream
from motekit.recordings.formats.wav import FORMAT, Params
from motekit.recordings.parts import join
from motekit.testing.format import FormatContract


def sound(dtype: str, scale: float, channels: int = 1) -> Recording:
    values = np.arange(-60, 60, dtype=dtype).reshape(-1, channels)
    names = ["audio"] if channels == 1 else [f"audio{i}" for i in range(channels)]
    stream = Stream("microphone", tuple(Channel(n, "/", scale) for n in names), 16000.0, values)
    return Recording("r", (stream,))


def pcm(width: int, frames: bytes, channels: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((channels, width, 8000, 0, "NONE", ""))
        file.writeframes(frames)
    return out.getvalue()


def header(size: int, channels: int = 1, bits: int = 16, rate: int = 8000, kind: int = 1) -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * block & 0xFFFFFFFF, block & 0xFFFF,
                       bits)  # fmt: skip
    return (b"RIFF" + struct.pack("<I", size & 0xFFFFFFFF) + b"WAVEfmt "
            + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", size))  # fmt: skip


class TestWav(FormatContract):
    format = FORMAT
    recordings = (
        sound("int8", 2.0**-7), sound("int16", 2.0**-15, 2), sound("int32", 2.0**-31),
        sound("float32", 1.0), sound("float64", 1.0, 3),
    )  # fmt: skip
    files: ClassVar[dict[str, bytes]] = {"24.wav": pcm(3, bytes(range(90)), 2)}
    keeps = ()
    bombs: ClassVar[dict[str, bytes]] = {
        "4GB.wav": header(0xFFFFFFFF) + bytes(8),
        "no_channels.wav": header(8, channels=0) + bytes(8),
        "many_channels.wav": header(8, channels=65535) + bytes(8),
        "no_bits.wav": header(8, bits=0) + bytes(8),
        "no_rate.wav": header(8, rate=0) + bytes(8),
        "mp3.wav": header(8, kind=85) + bytes(8),
        "no_data.wav": header(0),
    }


def read(path: Path) -> Recording:
    (found,) = join(FORMAT.parts(path, Params()))
    return found


@pytest.mark.parametrize(
    ("width", "frames", "counts", "scale"),
    [
        (1, b"\x00\x80\xff", [-128, 0, 127], 2.0**-7),
        (2, b"\x00\x80\xff\x7f", [-32768, 32767], 2.0**-15),
        (3, b"\x00\x00\x80\xff\xff\x7f\x01\x00\x00", [-(2**23), 2**23 - 1, 1], 2.0**-23),
        (4, b"\x00\x00\x00\x80\xff\xff\xff\x7f", [-(2**31), 2**31 - 1], 2.0**-31),
    ],
)
def test_counts_and_full_scale(
    tmp_path: Path, width: int, frames: bytes, counts: list[int], scale: float
) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(pcm(width, frames))
    stream = read(path).streams[0]
    assert stream.values[:, 0].tolist() == counts
    assert stream.channels == (Channel("audio", "/", scale),)
    assert stream.physical().min() >= -1.0


def test_long_sounds_come_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(pcm(2, np.arange(300_000, dtype=np.int16).tobytes()))
    parts = list(FORMAT.parts(path, Params()))
    assert [p.streams[0].first_index for p in parts] == [0, 1 << 18]
    assert (read(path).streams[0].values[:, 0] == np.arange(300_000).astype(np.int16)).all()


@pytest.mark.parametrize(
    "change", [{"rate_hz": 62.5}, {"gaps": (Gap(5, 1),)}, {"channels": (Channel("a", "g", 0.5),)}]
)
def test_what_wav_cannot_hold_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    made = sound("int16", 2.0**-15)
    stream = dataclasses.replace(made.streams[0], **change)  # type: ignore[arg-type]
    assert FORMAT.write is not None
    with pytest.raises(InputError):
        FORMAT.write(tmp_path / "x.wav", dataclasses.replace(made, streams=(stream,)), Params())


def test_float_that_is_not_finite_is_refused_with_its_frame(tmp_path: Path) -> None:
    values = np.zeros(10, np.float32)
    values[7] = np.inf
    path = tmp_path / "x.wav"
    path.write_bytes(header(40, bits=32, kind=3) + values.tobytes())
    with pytest.raises(InputError, match="finite") as error:
        read(path)
    assert "frame 7" in str(error.value.where)

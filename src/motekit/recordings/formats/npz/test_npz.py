from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Recording, Segment, Stream
from motekit.recordings.formats.npz import FORMAT, Params
from motekit.recordings.parts import join
from motekit.testing.format import FormatContract, some_recording


def packed(**arrays: Any) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def promised(shape: str) -> bytes:
    """An NPZ whose array has a header of our choice and no data."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    text = header.encode().ljust(117) + b"\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("values.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text)
    return out.getvalue()


def with_gaps() -> Recording:
    stream = Stream(
        "sensor", (Channel("x", "g", 0.25), Channel("y", "V")), 50.0,
        np.arange(40, dtype=np.int16).reshape(20, 2), first_index=3, gaps=(Gap(10, 2, "index"),),
        time_s=np.arange(20) / 50.0,
    )  # fmt: skip
    return Recording("r", (stream,), subject="s1", segments=(Segment("a", 2, 5),))


class TestNpz(FormatContract):
    format = FORMAT
    recordings = (some_recording(label="walk", session="1"), with_gaps())
    bombs: ClassVar[dict[str, bytes]] = {
        "array.npz": promised("(1099511627776, 3)"),
        "negative.npz": promised("(-1, 3)"),
        "zeros.npz": packed(values=np.zeros((1, 1)), length=np.full(1, 2**62)),
        "deep.npz": promised("(" * 3000 + ")" * 3000),
    }


def read(path: Path, **params: Any) -> list[Recording]:
    return list(join(FORMAT.parts(path, Params(**params))))


def save(path: Path, **arrays: Any) -> Path:
    path.write_bytes(packed(**arrays))
    return path


def test_many_recordings_one_after_the_other(tmp_path: Path) -> None:
    path = save(
        tmp_path / "set.npz", acc=np.arange(12).reshape(6, 2), length=[2, 4], rate_hz=25.0,
        label=np.array([1, 0], np.int8), label_names=["run", "walk"], subject=[3, 4],
        units=["g", "g"],
    )  # fmt: skip
    a, b = read(path, values="acc", scale=(0.5,))
    assert (a.name, a.label, a.subject) == ("set-0", "walk", "3")
    assert (b.name, b.label, b.subject) == ("set-1", "run", "4")
    assert b.streams[0].physical().tolist() == [[2, 2.5], [3, 3.5], [4, 4.5], [5, 5.5]]


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({}, "no array of this name"),
        ({"values": np.zeros((3, 2))}, "no rate"),
        ({"values": np.zeros((3, 2)), "rate_hz": 0.0}, "positive"),
        ({"values": np.array([["a"]])}, "must be numbers"),
        ({"values": np.zeros((2, 2, 2))}, "must be numbers"),
        ({"values": np.array([[0.0], [np.nan]]), "rate_hz": 1}, "row 1, column 0"),
        ({"values": np.zeros((3, 1)), "rate_hz": 1, "length": [1, 1]}, "add up to 3"),
        ({"values": np.zeros((3, 1)), "rate_hz": 1, "units": ["furlong"]}, "unknown unit"),
        ({"values": np.zeros((3, 1)), "rate_hz": 1, "time_s": [0, 2, 1]}, "not monotonic"),
        ({"values": np.zeros((3, 1)), "rate_hz": 1, "index": [0, 0, 1]}, "does not increase"),
        ({"values": np.zeros((3, 1)), "rate_hz": 1, "label": [4], "label_names": ["a"]}, "from 0"),
        ({"values": np.zeros((3, 2)), "rate_hz": 1, "channels": ["a", "a"]}, "two channels"),
    ],
)
def test_says_which_array_is_wrong(tmp_path: Path, arrays: dict[str, Any], text: str) -> None:
    path = save(tmp_path / "x.npz", **arrays)
    with pytest.raises(InputError, match=text) as error:
        read(path)
    assert "x.npz" in str(error.value.where)


def test_never_unpickles(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, values=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="unpickled"):
        read(path)

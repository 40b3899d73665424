"""Repeat the proof on a board: golden windows over a serial line, compared bit for bit.

Needs nothing but the proof pack: vectors.json says how requests and answers are laid out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError, MachineError

PUSH, RESTART, IDENTITY = (ord(c) for c in "PRI")
IDENTITY_BYTES = 16


class Line(Protocol):
    """A serial line: pyserial's Serial, or anything that reads and writes like it."""

    def read(self, size: int) -> bytes: ...

    def write(self, data: bytes) -> object: ...


@dataclass(frozen=True)
class Replay:
    """What a board made of the golden windows.

    Args:
        mismatches: windows whose features or result differ in any bit.
        first: the first of them, or None.
        identity: whether the board runs the program the pack belongs to.
    """

    windows: int
    mismatches: int
    first: int | None
    identity: bool

    @property
    def holds(self) -> bool:
        return self.identity and self.mismatches == 0


@dataclass(frozen=True)
class Pack:
    """A proof pack, loaded.

    Args:
        windows: shape (windows, samples, channels).
        answers: for each window the bytes that must come back.
    """

    identity: bytes
    request: np.dtype[np.void]
    windows: npt.NDArray[np.generic]
    answers: tuple[bytes, ...]


def load_pack(folder: Path) -> Pack:
    """Read a proof pack. Raises InputError if it is not one, or damaged."""
    try:
        told = json.loads((folder / "vectors.json").read_text(encoding="utf-8"))
        count, channels = int(told["windows"]), len(told["channels"])
        shape = (count, int(told["window"]), channels)
        windows = np.fromfile(folder / "windows.bin", told["sample"]).reshape(shape)
        features = np.fromfile(folder / "features.bin", "<i2").reshape(count, told["features"])
        size = int(told["result"]["size"])
        results = (folder / "results.bin").read_bytes()
        request = _dtype(told["request"])
        identity = bytes.fromhex(told["identity"])[:IDENTITY_BYTES]
        answers = tuple(
            results[i * size : (i + 1) * size] + features[i].tobytes() for i in range(count)
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("not a proof pack, or damaged", where=folder, value=str(error),
                         way_out="name the proof folder of a build") from error  # fmt: skip
    return Pack(identity, request, windows, answers)


def _dtype(told: Mapping[str, Any]) -> np.dtype[np.void]:
    fields = told["fields"]
    return np.dtype(
        {
            "names": list(fields),
            "formats": [(f["type"], tuple(f["shape"])) for f in fields.values()],
            "offsets": [f["offset"] for f in fields.values()],
            "itemsize": told["size"],
        }
    )


def replay(pack: Pack, line: Line, done: Callable[[int, int], None] | None = None) -> Replay:
    """Send every golden window sample by sample and compare each answer.

    Args:
        done: told (windows done, all windows).

    Raises MachineError when the board stops answering.
    """
    line.write(_requests(pack, IDENTITY, pack.windows[0][:1]))
    identity = _answer(line, IDENTITY_BYTES, "its identity") == pack.identity
    wrong: list[int] = []
    for i, window in enumerate(pack.windows):
        line.write(_requests(pack, RESTART, window[:1]))
        line.write(_requests(pack, PUSH, window))
        if _answer(line, len(pack.answers[i]), f"window {i}") != pack.answers[i]:
            wrong.append(i)
        if done is not None:
            done(i + 1, len(pack.windows))
    return Replay(len(pack.windows), len(wrong), wrong[0] if wrong else None, identity)


def _requests(pack: Pack, command: int, frames: npt.NDArray[np.generic]) -> bytes:
    out = np.zeros(len(frames), pack.request)
    out["command"], out["frame"] = command, frames
    return out.tobytes()


def _answer(line: Line, size: int, what: str) -> bytes:
    data = b""
    while len(data) < size:
        more = line.read(size - len(data))
        if not more:
            raise MachineError(
                f"the board sent {len(data)} of {size} bytes for {what}", where="serial line",
                way_out="check port and baud rate, and that the runner is flashed",
            )  # fmt: skip
        data += more
    return data

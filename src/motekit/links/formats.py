"""Sample formats of the mote link and their arrays."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError

INT8, INT16, INT24, INT32, FLOAT32 = 1, 2, 3, 4, 5
WIDTH: Final = {INT8: 1, INT16: 2, INT24: 3, INT32: 4, FLOAT32: 4}
DTYPE: Final[dict[int, np.dtype[Any]]] = {
    INT8: np.dtype("<i1"), INT16: np.dtype("<i2"), INT24: np.dtype("<i4"),
    INT32: np.dtype("<i4"), FLOAT32: np.dtype("<f4"),
}  # fmt: skip
NAMES: Final = {INT8: "int8", INT16: "int16", INT24: "int24", INT32: "int32", FLOAT32: "float32"}


def format_of(dtype: np.dtype[np.generic]) -> int:
    """The format that keeps every value of a dtype. Raises InputError if there is none."""
    for number in (INT8, INT16, INT32, FLOAT32):
        if np.can_cast(dtype, DTYPE[number], "safe"):
            return number
    raise InputError(
        "no sample format of the mote link keeps these values",
        value=str(dtype),
        way_out="convert to int8, int16, int32 or float32 first",
    )


def to_array(data: bytes, number: int, channels: int) -> npt.NDArray[np.generic]:
    """Interleaved samples → shape (samples, channels). int24 becomes int32."""
    if number != INT24:
        return np.frombuffer(data, DTYPE[number]).reshape(-1, channels)
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
    return np.asarray(wide.view("<i4")[:, 0] >> 8).reshape(-1, channels)


def to_bytes(values: npt.NDArray[np.generic], number: int) -> bytes:
    """The inverse of `to_array`. Values must be in the format's range."""
    if number != INT24:
        return values.astype(DTYPE[number]).tobytes()
    wide = np.ascontiguousarray(values, "<i4").reshape(-1, 1)
    return wide.view(np.uint8)[:, :3].tobytes()

"""Numbers and arrays as C text that reads back as exactly the same numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

CTYPES = {
    "int8": "int8_t", "uint8": "uint8_t", "int16": "int16_t", "uint16": "uint16_t",
    "int32": "int32_t", "uint32": "uint32_t", "int64": "int64_t", "float32": "float",
}  # fmt: skip
LIMITS = {
    ctype: (int(np.iinfo(name).min), int(np.iinfo(name).max))
    for name, ctype in CTYPES.items()
    if name != "float32"
}
WIDTH = 96  # characters of a line of elements
SHORT = 60  # characters up to which an array stays on one line
INDENT = "    "


def literal(value: object, ctype: str) -> str:
    """One number as a C constant of type `ctype`.

    Raises:
        ValueError: the type cannot hold the value, or there is no such type.
    """
    if ctype == "float":
        return _float(np.float32(float(value)))  # type: ignore[arg-type]  # any number
    if ctype not in LIMITS:
        raise ValueError(f"no literals of type {ctype}")
    number = int(value)  # type: ignore[call-overload]  # any number
    low, high = LIMITS[ctype]
    if number != value or not low <= number <= high:
        raise ValueError(f"{value!r} does not fit {ctype}")
    return integer(number)


def _float(value: np.float32) -> str:
    """Nine significant digits are enough for every float32."""
    if not np.isfinite(value):
        raise ValueError(f"{value!r} has no C literal")
    text = f"{float(value):.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")


def integer(value: int) -> str:
    """An integer constant; the smallest int32 and int64 have no literal of their own."""
    if value == -(2**31):
        return "INT32_MIN"
    if value == -(2**63):
        return "INT64_MIN"
    if -(2**31) <= value < 2**31:
        return f"{value}"
    return f"{value}U" if 0 < value < 2**32 else f"{value}LL"


def number(value: object) -> str:
    """A field of a parameter struct: whole numbers as they are, others as float."""
    if isinstance(value, int | np.integer):
        return integer(int(value))
    return literal(value, "float")


def initializer(values: npt.NDArray[np.generic]) -> str:
    """The initializer of an array, braces included: one line, or lines by the last axis.

    Raises:
        ValueError: no elements (C has no such arrays), or a type without a C name.
    """
    ctype = CTYPES.get(values.dtype.name)
    if values.size == 0 or ctype is None:
        raise ValueError(f"no C array of {values.size} {values.dtype}")
    items = [literal(v, ctype) for v in values.reshape(-1).tolist()]
    one_line = "{" + ", ".join(items) + "}"
    if len(one_line) <= SHORT:
        return one_line
    width = max(map(len, items)) if values.ndim > 1 else 0
    row = values.shape[-1]
    lines = [
        line
        for start in range(0, len(items), row)
        for line in _lines([c.rjust(width) for c in items[start : start + row]])
    ]
    return "{\n" + "\n".join(lines) + "\n}"


def _lines(items: list[str]) -> list[str]:
    """Items separated by commas, in indented lines of at most WIDTH characters."""
    lines, line = [], INDENT[:-1]
    for item in items:
        if len(line) + len(item) + 2 > WIDTH and line.strip():
            lines.append(line)
            line = INDENT[:-1]
        line += f" {item},"
    return [*lines, line]

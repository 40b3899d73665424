"""Spell C: constant arrays with their layout, parameter structs, comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from motekit.core.op import Constant

from .constants import CTYPES, INDENT, initializer, number


def comment(text: str) -> str:
    """A block comment, closed safely whatever the text holds."""
    safe = text.replace("*/", "* /").replace("/*", "/ *")
    return "/* " + safe.replace("\n", "\n * ") + " */\n"


def constant(c: Constant, name: str) -> str:
    """The definition of a constant array in flash, its shape and role in a comment.

    Raises:
        ValueError: the array's element type is not the declared C type.
    """
    if CTYPES.get(c.values.dtype.name) != c.ctype:
        raise ValueError(f"{name}: {c.values.dtype} values declared as {c.ctype}")
    align = f"MK_ALIGN({c.align}) " if c.align > c.values.dtype.itemsize else ""
    shape = "x".join(map(str, c.values.shape)) or "1"
    note = f"{name}: {c.role}, {shape}{', ' + c.note if c.note else ''}"
    head = f"static const {align}{c.ctype} {name}[{c.values.size}]"
    return f"{comment(note)}{head} = {initializer(c.values)};\n"


def field(value: Any, names: Mapping[str, str]) -> str:
    """The initializer of one struct field.

    Args:
        value: a number, the name of a constant, an array, or a mapping for a nested struct.
        names: constant → its name in the file.
    """
    if isinstance(value, str):
        return names[value]
    if isinstance(value, np.ndarray):
        return "{" + ", ".join(number(v) for v in value.reshape(-1).tolist()) + "}"
    if isinstance(value, Mapping):
        inner = ", ".join(f".{name} = {field(v, names)}" for name, v in value.items())
        return "{" + inner + "}"
    return number(value)


def struct(type_: str, name: str, fields: Mapping[str, str]) -> str:
    """The definition of a parameter struct in flash; values are C expressions."""
    lines = "".join(f"{INDENT}.{field} = {value},\n" for field, value in fields.items())
    return f"static const {type_} {name} = {{\n{lines}}};\n"


def defines(values: Mapping[str, int | str]) -> str:
    """#define lines in the given order."""
    return "".join(f"#define {name} {value}\n" for name, value in values.items())

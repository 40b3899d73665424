"""Spell C: constant arrays with their layout, parameter structs, comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from motekit.core.memory import Region
from motekit.core.op import Constant

from .constants import CTYPES, INDENT, initializer, number


def comment(text: str) -> str:
    """A block comment, closed safely whatever the text holds."""
    safe = text.replace("*/", "* /").replace("/*", "/ *")
    return "/* " + safe.replace("\n", "\n * ") + " */\n"


CONSTANT = "static const"


def section(region: str, weights: bool = False) -> str:
    """The macro that puts a definition into a region of memory."""
    return f"MK_{'WEIGHTS_' if weights else ''}IN_{region.upper()}"


def storage(region: Region) -> str:
    """What a constant's definition begins with in a region: in RAM it is data, and start-up
    code copies it there."""
    const = " const" if region.kind == "flash" else ""
    return f"{section(region.name, weights=True)} static{const}"


def sections(region: Region) -> str:
    """The default of these macros, for a compiler that knows sections by name."""
    text = ""
    for weights, able in ((False, region.holds_tensors), (True, region.holds_weights)):
        if able:
            kind = "bss" if not weights else "rodata" if region.kind == "flash" else "data"
            macro = section(region.name, weights)
            text += (
                f"#ifndef {macro}\n#define {macro} "
                f'__attribute__((section(".{kind}.{region.name}")))\n#endif\n'
            )
    return text


def constant(c: Constant, name: str, storage: str = CONSTANT) -> str:
    """The definition of a constant array, its shape and role in a comment.

    Args:
        storage: what it begins with.

    Raises:
        ValueError: the array's element type is not the declared C type.
    """
    if CTYPES.get(c.values.dtype.name) != c.ctype:
        raise ValueError(f"{name}: {c.values.dtype} values declared as {c.ctype}")
    align = f"MK_ALIGN({c.align}) " if c.align > c.values.dtype.itemsize else ""
    shape = "x".join(map(str, c.values.shape)) or "1"
    note = f"{name}: {c.role}, {shape}{', ' + c.note if c.note else ''}"
    head = f"{storage} {align}{c.ctype} {name}[{c.values.size}]"
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

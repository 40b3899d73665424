"""From the library's names to a program's own: `mk_…` → `<name>_…`, `MK_…` → `<NAME>_…`.

Every program carries copies of the files it uses under its own names, so two programs in one
image never clash, and what a debugger shows is what the user named.
"""

from __future__ import annotations

import re

from motekit.core.errors import InputError

# What the board or emulator supplies keeps its name: it exists once in an image.
PLATFORM = ("mk_semihost", "mk_read", "mk_write", "mk_print", "mk_exit", "MK_SEMIHOST_H")
_WORD = re.compile(r"\b(mk|MK)_(\w+)")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
# Names of standard headers: ours would be found in their place.
_HEADERS = re.compile(
    "assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|signal|"
    "stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|tgmath|"
    "threads|time|uchar|wchar|wctype"
)


def check_name(name: object) -> None:
    """Raise InputError unless `name` can be the prefix of C symbols and the name of a header."""
    what = ""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        what = ("not the beginning of C names: a lower-case letter, then lower-case letters, "
                "digits or _, at most 31")  # fmt: skip
    elif name == "mk" or name.startswith("mk_"):
        what = "names that begin with mk are motekit's own"
    elif _HEADERS.fullmatch(name):
        what = f"{name}.h is a header of the C library"
    if what:
        raise InputError(
            what, where="name", value=name, way_out='choose another one, such as "gestures"'
        )


def rename(text: str, name: str) -> str:
    """C text (or a file name) with every symbol of the library under the program's name."""

    def own(match: re.Match[str]) -> str:
        if match.group(0) in PLATFORM:
            return match.group(0)
        prefix = name.upper() if match.group(1) == "MK" else name
        return f"{prefix}_{match.group(2)}"

    return _WORD.sub(own, text)

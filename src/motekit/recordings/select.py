"""Recordings by name or pattern."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Sequence

from motekit.core.errors import InputError


def matching(wanted: Sequence[str], known: Sequence[str]) -> list[str]:
    """Names and patterns (`walk.*`) as names, each once, in order.

    Raises InputError for one that fits nothing, with the nearest name.
    """
    out: dict[str, None] = {}
    for text in wanted:
        found = [text] if text in known else fnmatch.filter(known, text)
        if not found:
            near = difflib.get_close_matches(text, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {len(known)}"
            raise InputError("there is no recording of this name", value=text, way_out=hint)
        out |= dict.fromkeys(found)
    return list(out)

"""What a compiler complains about, as one of our errors."""

from __future__ import annotations

import re

from motekit.core.errors import InputError

_LINE = re.compile(r"(?P<where>.*?): (?:fatal )?error: (?P<what>.*)")


class CompileError(InputError):
    """A compiler or linker refused its input. `diagnostics` holds everything it said."""

    diagnostics: str = ""

    @classmethod
    def of(cls, what: str, diagnostics: str) -> CompileError:
        """The first complaint in one line; the rest in `diagnostics`."""
        lines = [line.strip() for line in diagnostics.splitlines() if line.strip()]
        first = next((line for line in lines if "error" in line), lines[0] if lines else "")
        match = _LINE.match(first)
        error = cls(
            what,
            where=match["where"] if match else None,
            value=match["what"] if match else first,
            way_out=f"{len(lines)} lines of diagnostics in all" if len(lines) > 1 else None,
        )
        error.diagnostics = diagnostics
        return error

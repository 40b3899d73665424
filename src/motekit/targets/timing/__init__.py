"""Cycles of executed instructions, by a documented model for each core.

Every model looks at one instruction and the one executed before it. A taken branch, a call
and a return empty the pipeline: nothing pairs across them. Where the emulator cuts a straight
run of code in two, the pair across the cut counts as if it had not been cut.
"""

from __future__ import annotations

import importlib

from .model import Timing


def model(name: str) -> Timing:
    """The timing model of a core plugin's `timing`."""
    found: Timing = importlib.import_module(f"{__name__}.{name}").MODEL
    return found

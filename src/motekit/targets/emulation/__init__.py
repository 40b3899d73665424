"""Run the real binary on an emulated core: exact counts, cycles, stack, parts, faults."""

from __future__ import annotations

from .faults import Fault
from .machine import Machine, Run
from .measure import Count, Measurement

__all__ = ["Count", "Fault", "Machine", "Measurement", "Run"]

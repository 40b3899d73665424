"""The tables of mote.toml that are not a plugin's own parameters."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param
from motekit.recordings.windows import WindowParams


@dataclass(frozen=True)
class SignalTable(WindowParams):
    """[signal]: which sensor, how it is cut into windows, what a split keeps together."""

    split_by: str = param(
        "subject", "what a split never tears apart", choices=("subject", "session", "recording")
    )
    normal: tuple[str, ...] = param(
        (), "labels that an anomaly detector on its own learns from; it is judged by the others. "
        "Empty: every window is normal"
    )  # fmt: skip


@dataclass(frozen=True)
class DecisionTable:
    """[decision]: from scores of windows to decisions."""

    threshold: float = param(0.6, "probability a class must reach", minimum=0.0, maximum=1.0)
    smooth: int = param(1, "windows to average over", minimum=1, maximum=64)
    hold_off: int = param(0, "windows without a decision after one", minimum=0, maximum=65535)


@dataclass(frozen=True)
class TargetTable:
    """[target]: what it is built for."""

    core: str = param("cortex-m4f", "core to build and prove on")
    board: str = param("nrf52840", "board whose clock, energy and battery the report uses")
    compiler: str = param("zig", "compiler", choices=("zig", "gcc"))
    optimize: str = param("speed", "what kernels are chosen for", choices=("speed", "ram", "flash"))
    slack: int = param(
        0, "sample frames that may come in while a window is computed; 0: what the board asks for",
        minimum=0, maximum=32767,
    )  # fmt: skip


@dataclass(frozen=True)
class BudgetTable:
    """[budget]: limits that fail a build; 0 is no limit."""

    flash_bytes: int = param(0, "flash of the whole program", unit="B", minimum=0)
    ram_bytes: int = param(0, "static RAM and stack of the whole program", unit="B", minimum=0)
    cycles: int = param(0, "cycles of one window", minimum=0)

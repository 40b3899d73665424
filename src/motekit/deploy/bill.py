"""The bill: what a program costs in flash, RAM, stack, cycles, time and energy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from motekit.core.errors import PromiseError
from motekit.core.figures import Figure, Tag
from motekit.core.target import BoardSpec

PARTS = ("dsp", "network", "anomaly", "regressor", "glue")


@dataclass(frozen=True)
class Bill:
    """Costs of one program on one core.

    Args:
        flash_bytes: code, constants and the image of initialised data of the linked program.
        static_ram_bytes: .data and .bss.
        stack_bytes: the deepest stack seen while every window of the proof ran.
        cycles: of one window, "total" and per part; the mean over the windows that ran.
        cycles_max: the most that any window took, in total.
        cycles_tag: "emulated" where the core's timing model has a calibrated source, else
            "estimated".
        flash_by_part: bytes per part of the source ("network weights", "dsp code" …).
        slack_frames: sample frames that the ring has room for while a window is computed.
    """

    core: str
    flash_bytes: int
    static_ram_bytes: int
    stack_bytes: int
    cycles: Mapping[str, float]
    cycles_max: int
    cycles_tag: Tag
    flash_by_part: Mapping[str, int]
    slack_frames: int = 0

    @property
    def ram_bytes(self) -> int:
        """Static RAM and stack together: what the program needs."""
        return self.static_ram_bytes + self.stack_bytes

    def as_dict(self) -> dict[str, object]:
        """Plain numbers, as `--json` prints them."""
        return {
            "flash_bytes": self.flash_bytes,
            "static_ram_bytes": self.static_ram_bytes,
            "stack_bytes": self.stack_bytes,
            "ram_bytes": self.ram_bytes,
            "cycles": {name: round(value) for name, value in self.cycles.items()},
            "cycles_max": self.cycles_max,
            "cycles_tag": self.cycles_tag,
            "flash_by_part": dict(self.flash_by_part),
            "slack_frames": self.slack_frames,
        }


@dataclass(frozen=True)
class BoardBill:
    """What one window costs on a board, and what that makes of a battery.

    Args:
        latency_ms, energy_uj: of one window.
        classify_uw, stream_uw: average power of classifying on the mote, and of sending every
            raw sample over BLE instead; None without a radio or a radio figure.
        classify_days, stream_days: battery life at that power.
        fits: whether flash and RAM are enough.
        load: share of the time that the core computes; from 1 on it cannot keep up.
    """

    board: str
    latency_ms: Figure
    energy_uj: Figure
    classify_uw: Figure
    stream_uw: Figure | None
    classify_days: Figure
    stream_days: Figure | None
    fits: bool
    load: Figure


def on_board(bill: Bill, board: BoardSpec, stride_s: float, raw_bytes_per_s: float) -> BoardBill:
    """The bill of a core carried over to a board.

    Cycles of the zero-wait-state model times the board's wait-state factor give time; times its
    energy per cycle, energy. Both keep their interval. Everything here is an estimate: the
    factors come from other programs on that board.

    Args:
        stride_s: seconds from window to window.
        raw_bytes_per_s: bytes a second that streaming the raw samples would send.
    """
    total = bill.cycles["total"]
    low, mid, high = board.wait_state_factor
    seconds = [total * f / board.clock_hz for f in (low, mid, high)]
    latency = _estimate([s * 1e3 for s in seconds], "ms")
    pj = board.energy_pj_per_cycle
    energies = [total * f * p * 1e-6 for f, p in zip((low, mid, high), pj, strict=True)]
    powers = [energy / stride_s + board.sleep_uw for energy in energies]
    stream = stream_days = None
    if board.ble_nj_per_byte is not None:
        value = raw_bytes_per_s * board.ble_nj_per_byte * 1e-3 + board.sleep_uw
        stream = Figure(value, "µW", "estimated")
        stream_days = Figure(_days(board, value), "days", "estimated")
    return BoardBill(
        board=board.name,
        latency_ms=latency,
        energy_uj=_estimate(energies, "µJ"),
        classify_uw=_estimate(powers, "µW"),
        stream_uw=stream,
        classify_days=_estimate([_days(board, p) for p in reversed(powers)], "days"),
        stream_days=stream_days,
        fits=bill.flash_bytes <= board.flash_bytes and bill.ram_bytes <= board.ram_bytes,
        load=_estimate([s / stride_s for s in seconds], "1"),
    )


def _days(board: BoardSpec, microwatts: float) -> float:
    return board.battery_mwh * 1e3 / microwatts / 24


def _estimate(values: list[float], unit: str) -> Figure:
    low, mid, high = values
    return Figure(mid, unit, "estimated", low, high)


def check_budget(bill: Bill, budget: Mapping[str, int]) -> None:
    """Raise PromiseError for the first limit exceeded; 0 is no limit.

    Args:
        budget: "flash_bytes", "ram_bytes", "cycles" → limit.
    """
    seen = {
        "flash_bytes": bill.flash_bytes,
        "ram_bytes": bill.ram_bytes,
        "cycles": bill.cycles_max,
    }
    for name, limit in budget.items():
        if limit and seen[name] > limit:
            raise PromiseError(
                f"over budget on {bill.core}: {name} {seen[name]:,} of {limit:,}",
                where=f"mote.toml: budget.{name}",
                value=seen[name],
                way_out="raise the budget, or use fewer features or a smaller network",
            )

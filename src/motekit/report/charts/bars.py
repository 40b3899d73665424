"""Horizontal bars and stacks: bytes, cycles, latency, energy, battery life, decibels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from motekit.core.figures import Figure

from ..data import Battery, BoardCost, CoreCost, LayerNoise, PartCost
from ..formats import days, figure, interval

PARTS = ("dsp", "network", "anomaly", "glue")
WHOLE = 6  # style of a bar that has no parts


@dataclass(frozen=True)
class Row:
    """One bar: its length and the ends of its interval in per cent of the longest."""

    label: str
    note: str
    width: float
    text: str
    value: Figure
    low: float | None = None
    high: float | None = None
    style: int = 0


@dataclass(frozen=True)
class Bars:
    """Bars that share one axis from zero."""

    title: str
    unit: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Piece:
    """A part of a stacked bar; `letter` repeats what the colour says."""

    name: str
    letter: str
    width: float
    text: str
    style: int


@dataclass(frozen=True)
class Stack:
    """A bar made of pieces, with its total."""

    label: str
    pieces: tuple[Piece, ...]
    total: Figure


@dataclass(frozen=True)
class Stacks:
    """Stacked bars that share one axis from zero."""

    title: str
    unit: str
    rows: tuple[Stack, ...]


def bars(title: str, rows: Sequence[tuple[str, str, Figure]], unit: str = "") -> Bars:
    """Bars of (label, note, figure): shares on a scale to 1, others to the longest interval."""
    top = max((f.value if f.high is None else f.high for _, _, f in rows), default=1.0) or 1.0
    if rows and rows[0][2].unit == "fraction":
        top = 1.0

    def share(value: float | None) -> float | None:
        return None if value is None else round(100.0 * max(value, 0.0) / top, 2)

    made = tuple(
        Row(label, note, share(f.value) or 0.0, figure(f), f, share(f.low), share(f.high), i % 8)
        for i, (label, note, f) in enumerate(rows)
    )
    return Bars(title, unit or (rows[0][2].unit if rows else ""), made)


def quantization(layers: Sequence[LayerNoise]) -> Bars:
    """Signal-to-quantization-noise per layer."""
    return bars("Signal to quantization noise", [(n.layer, n.op, n.sqnr) for n in layers], "dB")


def latency(boards: Sequence[BoardCost]) -> Bars:
    return bars("Latency of a window", [(b.title, _clock(b), b.latency) for b in boards])


def energy(boards: Sequence[BoardCost]) -> Bars:
    return bars("Energy of a window", [(b.title, _clock(b), b.energy) for b in boards])


def _clock(board: BoardCost) -> str:
    return f"{board.clock_hz / 1e6:g} MHz" if board.clock_hz else ""


def battery(life: Battery) -> Bars:
    """Decide on the mote beside streaming every sample."""
    rows = [("decide on the mote", "", life.classify)]
    if life.stream is not None:
        rows.append(("stream raw over BLE", "", life.stream))
    made = bars("Battery life", rows, "days")
    named = tuple(
        Row(r.label, interval(r.value), r.width, days(r.value.value), r.value, r.low, r.high, i * 3)
        for i, r in enumerate(made.rows)
    )
    return Bars(made.title, made.unit, named)


def stacks(
    title: str,
    cores: Sequence[CoreCost],
    total: Callable[[CoreCost], Figure],
    part: Callable[[PartCost], Figure | None],
) -> Stacks:
    """One stacked bar per core; cores without parts get one piece."""
    top = max((total(c).value for c in cores), default=1.0) or 1.0
    rows = tuple(Stack(c.core, _pieces(c, total, part, top), total(c)) for c in cores)
    return Stacks(title, total(cores[0]).unit if cores else "", rows)


def _pieces(
    core: CoreCost,
    total: Callable[[CoreCost], Figure],
    part: Callable[[PartCost], Figure | None],
    top: float,
) -> tuple[Piece, ...]:
    known = [(p.part, f) for p in core.parts if (f := part(p)) is not None and f.value > 0]
    if not known:
        return (Piece("whole", "", round(100.0 * total(core).value / top, 2), "", WHOLE),)
    return tuple(
        Piece(
            name, name[0].upper(), round(100.0 * f.value / top, 2), f"{name}: {figure(f)}",
            part_style(name),
        )
        for name, f in known
    )  # fmt: skip


def part_style(name: str) -> int:
    """The colour of a part, the same in every chart; unknown parts come after the known."""
    return PARTS.index(name) if name in PARTS else 7

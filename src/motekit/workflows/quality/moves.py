"""Cheaper front ends to try: one change at a time, by what the parameters are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from motekit import dsp
from motekit.core.block import Signal
from motekit.core.params import ParamInfo, describe
from motekit.core.pipeline import BlockUse
from motekit.workflows.tables import SignalTable

RATES = (0.5, 0.4, 0.25)
LENGTHS = (0.75, 0.5)


@dataclass(frozen=True)
class FrontEnd:
    """Window, rate and blocks."""

    signal: SignalTable
    blocks: tuple[BlockUse, ...]


@dataclass(frozen=True)
class Move:
    """A change of a front end.

    Args:
        text: what changes, for people ("rate 50 Hz → 25 Hz").
        toml: the same as it is written into mote.toml ("[signal] rate_hz = 25").
        kind: moves of one kind exclude each other.
        rate_hz, length_s: new values, 0 for unchanged.
        block: position of the block that changes, −1 for none; `use` takes its place, None
            leaves it out.
    """

    text: str
    toml: str
    kind: str
    rate_hz: float = 0.0
    length_s: float = 0.0
    block: int = -1
    use: BlockUse | None = None


def apply(front: FrontEnd, moves: Sequence[Move]) -> FrontEnd:
    """A front end after some moves of different kinds."""
    signal, blocks = front.signal, list(front.blocks)
    gone = []
    for move in moves:
        if move.rate_hz:
            signal = replace(signal, rate_hz=move.rate_hz)
        if move.length_s:
            signal = replace(signal, length=0, length_s=move.length_s)
        if move.block >= 0 and move.use is not None:
            blocks[move.block] = move.use
        elif move.block >= 0:
            gone.append(move.block)
    kept = tuple(use for i, use in enumerate(blocks) if i not in gone)
    return FrontEnd(signal, kept)


def in_seconds(front: FrontEnd, signal: Signal) -> FrontEnd:
    """The same cut with lengths in seconds, so that another rate keeps them."""
    table = replace(
        front.signal, length=0, stride=0, length_s=signal.length / signal.rate_hz,
        stride_s=signal.stride / signal.rate_hz,
    )  # fmt: skip
    return FrontEnd(table, front.blocks)


def moves(front: FrontEnd, signal: Signal) -> Iterator[Move]:
    """Single changes that may cost less; not all of them fit the blocks."""
    for share in RATES:
        rate = float(f"{signal.rate_hz * share:.4g}")
        yield Move(
            f"rate {signal.rate_hz:g} Hz → {rate:g} Hz", f"[signal] rate_hz = {rate:g}", "rate",
            rate_hz=rate,
        )  # fmt: skip
    seconds = signal.length / signal.rate_hz
    for share in LENGTHS:
        length = float(f"{seconds * share:.4g}")
        yield Move(
            f"window {seconds:g} s → {length:g} s", f"[signal] length_s = {length:g}", "window",
            length_s=length,
        )  # fmt: skip
    makers = [i for i, u in enumerate(front.blocks) if dsp.block(u.block).output is None]
    for i in makers:
        use = front.blocks[i]
        name = f"{use.block}" if len({u.block for u in front.blocks}) == len(front.blocks) else (
            f"{use.block} (block {i + 1})"
        )  # fmt: skip
        if len(makers) > 1 and not use.source:
            yield Move(
                f"without {name}", f"[[blocks]] {i + 1}, {use.block}: remove it", f"block {i}",
                block=i,
            )  # fmt: skip
        for info in describe(dsp.block(use.block).params):
            yield from _changes(use, i, name, info)


def _changes(use: BlockUse, i: int, name: str, info: ParamInfo) -> Iterator[Move]:
    """Cheaper values of one parameter: less of a list, half a length, a switch turned off."""
    value = getattr(use.params, info.name)
    cheaper: object = None
    if isinstance(value, tuple) and len(value) > 1:
        cheaper = value[::2]
    elif value is True and info.name not in ("log", "mask"):
        cheaper = False
    elif type(value) is int and value > 1 and info.name in _SIZES:
        cheaper = value // 2
    if cheaper is None or (info.choices and cheaper not in info.choices):
        return
    shown = "off" if cheaper is False else f"{_plain(value)} → {_plain(cheaper)}"
    changed = replace(use, params=replace(use.params, **{info.name: cheaper}))
    written = "false" if cheaper is False else _plain(cheaper)
    yield Move(
        f"{name}: {info.name} {shown}",
        f"[[blocks]] {i + 1}, {use.block}: {info.name} = {written}", f"{i}.{info.name}",
        block=i, use=changed,
    )  # fmt: skip


_SIZES = ("fft_length", "bands", "filters", "coefficients", "order", "levels")


def _plain(value: object) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return "[" + ", ".join(f'"{v}"' if isinstance(v, str) else str(v) for v in value) + "]"

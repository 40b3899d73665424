"""Blocks that take samples one by one: the calls that start them, feed them and end a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .blocks import BlockCode

MOST_FLIGHTS = 255


@dataclass(frozen=True)
class Plan:
    """How the blocks whose state is of one window get their samples.

    Args:
        words: of state of one window; 0: there are no such blocks.
        flights: windows whose states are kept at a time, fed as samples come; 0: one state in the
            arena, fed from the ring when its window is complete.
        history: whether the ring holds a whole window.
    """

    words: int
    flights: int
    history: bool


def plan(uses: Sequence[BlockCode], window_bytes: int, ring_bytes: int, overlap: int) -> Plan:
    """The way that takes less memory; samples as they come, where both take the same.

    Args:
        ring_bytes: what a ring of one window would take.
        overlap: windows that are under way at a time.
    """
    words = window_bytes // 4
    if any(u.history and u.source is None and u.made is None for u in uses):
        return Plan(words, 0, True)
    if not words:
        return Plan(0, 0, False)
    if overlap * window_bytes <= ring_bytes + window_bytes and overlap <= MOST_FLIGHTS:
        return Plan(words, overlap, False)
    return Plan(words, 0, True)


def starts(uses: Sequence[BlockCode]) -> list[str]:
    """Lines that start every block of a window; `state` is its state."""
    lines = []
    for u in uses:
        if u.per_window and u.c.state_bytes:
            lines.append(f"mk_{u.block}_init(&{u.name}, &state[{u.state_offset // 4}]);")
        if u.kept_offset is not None:
            lines.append(f"state[{u.kept_offset // 4}] = 0; /* frames of {u.name} */")
    return lines


def frame(u: BlockCode, source: str) -> tuple[list[str], str]:
    """(lines that pick a block's channels out of a frame, the name of what it is fed)."""
    if not u.channels:
        return [], source
    picks = ", ".join(f"{source}[{c}]" for c in u.channels)
    return [f"const mk_sample {u.name}_frame[] = {{{picks}}};"], f"{u.name}_frame"


def work(u: BlockCode) -> str:
    """The argument more that a streaming block's step takes."""
    return f", &{u.name}_work" if u.c.streams else ""


def steps(uses: Sequence[BlockCode], source: BlockCode | None = None) -> list[str]:
    """Lines that give one frame to every block of a window that reads this source."""
    given = "frame" if source is None else f"{source.name}_made"
    lines: list[str] = []
    for u in uses:
        if not u.per_window or u.source is not source:
            continue
        if u.made is None and not u.c.state_bytes:
            continue  # it has nothing but finish
        picks, fed = frame(u, given)
        state = f"&state[{u.state_offset // 4}]" if u.c.state_bytes else "NULL"
        if u.made is None:
            lines += [*picks, f"mk_{u.block}_step(&{u.name}, {state}, {fed}{work(u)});"]
            continue
        channels = u.made[1]
        call = f"mk_{u.block}_step(&{u.name}, {state}, {fed}, {u.name}_made)"
        lines += [*picks, f"mk_sample {u.name}_made[{channels}];", f"if ({call} != 0U) {{"]
        inner = steps(uses, u)
        if u.kept_offset is not None:
            keep = f"mk_signal_keep(&state[{u.kept_offset // 4}], {u.name}_made, {channels}U);"
            inner = [keep, *inner]
        lines += [*(f"    {line}" for line in inner), "}"]
    return lines


def finish(u: BlockCode, scratch: str) -> tuple[str, list[str]]:
    """(constants, lines) that end a window for one block; `history` is the ring's window."""
    state = "NULL"
    if u.c.state_bytes:
        owner = "state" if u.per_window else "block_state"
        state = f"&{owner}[{u.state_offset // 4}]"
    maps, lines, view = "", [], "history"
    name_of_map = "NULL"
    if u.channels and u.history:
        items = ", ".join(f"{c}U" for c in u.channels)
        maps = f"static const uint8_t {u.name}_map[] = {{{items}}};\n"
        name_of_map = f"{u.name}_map"
    if u.source is not None or (u.per_window and not u.history):
        view = "&none"
    if u.history and u.source is not None and u.source.made is not None:
        at = f"&state[{(u.source.kept_offset or 0) // 4}]"
        call = f"mk_signal_view({at}, {u.source.made[1]}U, {name_of_map})"
        lines.append(f"const mk_history {u.name}_view = {call};")
        view = f"&{u.name}_view"
    elif maps:
        lines += [f"mk_history {u.name}_view = *history;", f"{u.name}_view.map = {u.name}_map;"]
        view = f"&{u.name}_view"
    lines.append(f"mk_{u.block}_finish(&{u.name}, {state}, {view}, {scratch}, &out);")
    return maps, lines

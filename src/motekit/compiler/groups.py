"""A group of layers as C: the table that mk_stream plays, and one step of each layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .footprint import Unit
from .print_c import comment
from .stream import INPUTS, NONE, Group, Row, start

STREAM = (
    "mk_move.c",
    "mk_move.h",
    "mk_stream.c",
    "mk_stream.h",
)  # what a program with groups needs


def group_name(unit: Unit) -> str:
    """Identifier of a group in the generated file."""
    return f"group_{unit.first}"


def print_group(
    name: str, group: Group, offsets: Mapping[str, int], calls: Sequence[tuple[str | None, str]],
    arena: str,
) -> str:  # fmt: skip
    """File-scope C of a group.

    Args:
        name: prefix of what is printed.
        offsets: tensor → its offset in the arena.
        calls: for every layer the statement that makes its next rows, or None; and its name.
    """
    rows = "".join(
        f"    {{{_layer(group, row, offsets)}}}, /* {i}: {label} */\n"
        for i, (row, (_, label)) in enumerate(zip(group.layers, calls, strict=True))
    )
    cases = "".join(
        f"    case {i}U:\n        {call};\n        break;\n"
        for i, (call, _) in enumerate(calls)
        if call is not None
    )
    unused = "" if "mk_arena" in cases else "    (void)mk_arena;\n"
    return (
        comment("at, pitch, kept, rows, above, below, step, zero, take, window, from, start")
        + f"static const mk_stream_layer {name}_layers[{len(calls)}] = {{\n{rows}}};\n\n"
        f"static void {name}_step(int8_t *mk_arena, uint32_t layer, const mk_stream_step *step)\n"
        f"{{\n{unused}    switch (layer) {{\n{cases}    default:\n        break;\n    }}\n}}\n\n"
        f"static const mk_stream_group {name} = {{{name}_layers, {len(calls)}U, {name}_step}};\n"
    )


def _layer(group: Group, row: Row, offsets: Mapping[str, int]) -> str:
    sources = [*row.sources, *[NONE] * (INPUTS - len(row.sources))]
    starts = [start(group.layers, row, s) if s != NONE else 0 for s in sources]
    pairs = (", ".join(f"{n}U" for n in numbers) for numbers in (sources, starts))
    numbers = (row.pitch, row.kept, row.rows, row.above, row.below, row.step)
    return ", ".join([
        f"{offsets[row.name]}U", *(f"{n}U" for n in numbers), str(row.zero),
        f"{row.take}U", f"{row.seen}U", *(f"{{{pair}}}" for pair in pairs),
    ])  # fmt: skip

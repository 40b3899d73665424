"""DSP blocks as C: their constants, parameter structs, state and calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from motekit import dsp
from motekit.core.block import CBlock
from motekit.core.errors import InputError
from motekit.core.op import Constant
from motekit.core.pipeline import PipelineSpec
from motekit.dsp.pipeline import check, fed

from .constants import CTYPES, number
from .print_c import constant, struct

ALIGN = 4


@dataclass(frozen=True)
class BlockCode:
    """One use of a block, ready to be placed in the generated file.

    Args:
        name: C identifier of this use ("spectral_0").
        block: plugin name.
        c: what the plugin said.
        data: C text of its constants and its parameter struct.
        channels: ring channels it is fed; () for all of them in order.
        state_offset: where its state lies in the blocks' state, bytes.
    """

    name: str
    block: str
    c: CBlock
    data: str
    channels: tuple[int, ...]
    state_offset: int


def code(spec: PipelineSpec, arithmetic: str) -> tuple[BlockCode, ...]:
    """Every block of a pipeline, in order; states are laid out one after the other.

    Raises InputError if a block cannot compute on the signal: its C relies on what was checked.
    """
    check(spec.signal, spec.blocks)
    out: list[BlockCode] = []
    offset = 0
    for i, use in enumerate(spec.blocks):
        block = dsp.block(use.block)
        c = block.c(fed(spec.signal, use), use.params, arithmetic)
        name = f"{use.block}_{i}"
        out.append(BlockCode(name, use.block, c, _data(name, use.block, c), use.channels, offset))
        offset += -(-c.state_bytes // ALIGN) * ALIGN
    return tuple(out)


def state_bytes(blocks: tuple[BlockCode, ...]) -> int:
    """Bytes of all block states together."""
    return sum(-(-b.c.state_bytes // ALIGN) * ALIGN for b in blocks)


def scratch_bytes(blocks: tuple[BlockCode, ...]) -> int:
    """Bytes of scratch: blocks run one after the other, so the largest need counts."""
    return max((b.c.scratch_bytes for b in blocks), default=0)


def _data(name: str, block: str, c: CBlock) -> str:
    """Constants and the parameter struct of one use, as C text. float64 arrays become float."""
    texts, fields = [], {}
    for field, value in c.params.items():
        if isinstance(value, np.ndarray):
            single = value.astype(np.float32) if value.dtype == np.float64 else value
            ctype = CTYPES[single.dtype.name]
            texts.append(constant(Constant(field, ctype, single), f"{name}_{field}"))
            fields[field] = f"{name}_{field}"
        else:
            fields[field] = number(value)
    return "".join([*texts, struct(f"mk_{block}_params", name, fields)])


def merge_defines(parts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Macros of all parts in one mapping; two values for one name are refused.

    Args:
        parts: who wants them → macro → value.
    """
    merged: dict[str, int] = {}
    owner: dict[str, str] = {}
    for part, defines in parts.items():
        for name, value in defines.items():
            if merged.setdefault(name, value) != value:
                raise InputError(
                    f"{owner[name]} and {part} need different values of {name} "
                    f"({merged[name]} and {value})",
                    where="pipeline",
                    way_out="give both uses of the block the same size",
                )
            owner.setdefault(name, part)
    return merged

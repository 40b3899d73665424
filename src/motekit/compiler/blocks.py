"""DSP blocks as C: their constants, parameter structs, state and calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from motekit.core.block import CBlock
from motekit.core.errors import InputError
from motekit.core.op import Constant
from motekit.core.pipeline import PipelineSpec
from motekit.dsp.chain import Stage, settled, stages

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
        channels: channels of its source that it is fed; () for all of them in order.
        source: the use whose signal it reads, None for the sensor's.
        history: whether it reads its window as a whole.
        per_window: whether its state is of one window; else it is the stream's.
        state_offset: where its state lies, bytes: in that of a window, or in the stream's.
        made: frames and channels of the signal it makes, None for features.
        kept_offset: where the window of that signal lies in the state of a window, for readers
            with history; None: nobody needs it.
    """

    name: str
    block: str
    c: CBlock
    data: str
    channels: tuple[int, ...]
    source: BlockCode | None
    history: bool
    per_window: bool
    state_offset: int
    made: tuple[int, int] | None = None
    kept_offset: int | None = None


def code(spec: PipelineSpec, arithmetic: str, optimize: str = "speed") -> tuple[BlockCode, ...]:
    """Every block of a pipeline, in order, and where its state lies.

    Optimised for "flash", a block takes its smaller form if it has one.

    Raises InputError if a block cannot compute on its signal: its C relies on what was checked.
    """
    placed = settled(stages(spec.signal, spec.blocks, spec.name), spec.signal, arithmetic)
    makers: dict[str, BlockCode] = {}
    out: list[BlockCode] = []
    offsets = {False: 0, True: 0}  # of the stream's state, and of a window's
    printed = [_printed(stage, arithmetic, optimize) for stage in placed]
    reads = [
        stage.block.history if c.history is None else c.history
        for stage, c in zip(placed, printed, strict=True)
    ]
    for i, (stage, c) in enumerate(zip(placed, printed, strict=True)):
        use, block = stage.use, stage.block
        per_window = bool(use.source or block.restarts or stage.made)
        offset = offsets[per_window]
        offsets[per_window] += aligned(c.state_bytes)
        made = kept = None
        if stage.made is not None:
            made = (stage.made.length, len(stage.made.channels))
            if any(p.use.source == use.name and r for p, r in zip(placed, reads, strict=True)):
                kept = offsets[True]
                offsets[True] += kept_bytes(made, sample_bytes(spec))
        name = f"{use.block}_{i}"
        one = BlockCode(
            name, use.block, c, _data(name, use.block, c), use.channels,
            makers.get(use.source), reads[i], per_window, offset, made, kept,
        )  # fmt: skip
        out.append(one)
        makers[use.name or name] = one
    return tuple(out)


def _printed(stage: Stage, arithmetic: str, optimize: str) -> CBlock:
    c = stage.block.c(stage.signal, stage.use.params, arithmetic)
    return c.smaller if optimize == "flash" and c.smaller is not None else c


def sample_bytes(spec: PipelineSpec) -> int:
    """Bytes of a sample."""
    return 2 if spec.signal.sample == "int16" else 4


def aligned(size: int) -> int:
    """Bytes up to whole words."""
    return -(-size // ALIGN) * ALIGN


def kept_bytes(made: tuple[int, int], sample: int) -> int:
    """Bytes of a signal's window: a word that counts frames, and the frames."""
    return ALIGN + aligned(made[0] * made[1] * sample)


def stream_bytes(blocks: tuple[BlockCode, ...]) -> int:
    """Bytes of state of the blocks that go on from window to window."""
    return sum(aligned(b.c.state_bytes) for b in blocks if not b.per_window)


def window_bytes(blocks: tuple[BlockCode, ...], sample: int) -> int:
    """Bytes of state, and of signals kept, of one window."""
    kept = sum(kept_bytes(b.made, sample) for b in blocks if b.made and b.kept_offset is not None)
    return kept + sum(aligned(b.c.state_bytes) for b in blocks if b.per_window)


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

"""Who reads whose signal: the uses of a pipeline, each in its place and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy.typing as npt

from motekit.core.block import Block, CBlock, Signal
from motekit.core.errors import InputError, found_in
from motekit.core.pipeline import BlockUse

from . import BLOCKS


@dataclass(frozen=True)
class Stage:
    """A use of a block in its place.

    Args:
        signal: what it is fed: the chosen channels of its source.
        made: the signal it makes, None for a block that makes features.
    """

    use: BlockUse
    block: Block
    signal: Signal
    made: Signal | None

    def pick(
        self, sensor: npt.NDArray[Any], made: Mapping[str, npt.NDArray[Any]]
    ) -> npt.NDArray[Any]:
        """The samples it is fed (… × samples × channels), of the sensor's or of those made."""
        x = made[self.use.source] if self.use.source else sensor
        return x[..., list(self.use.channels)] if self.use.channels else x


def fed(signal: Signal, use: BlockUse) -> Signal:
    """The signal as one block sees it: only the channels it is fed. Raises InputError."""
    if not use.channels:
        return signal
    for channel in use.channels:
        if not 0 <= channel < len(signal.channels):
            raise InputError(
                f"the signal has {len(signal.channels)} channels, counted from 0",
                where=f"{use.block}.channels",
                value=channel,
                way_out=f"choose from 0 to {len(signal.channels) - 1}",
            )
    pick = use.channels
    return replace(
        signal,
        channels=tuple(signal.channels[i] for i in pick),
        units=tuple(signal.units[i] for i in pick),
        scale=tuple(signal.scale[i] for i in pick),
    )


def stages(signal: Signal, uses: Sequence[BlockUse], where: str = "blocks") -> tuple[Stage, ...]:
    """Every use in its place, in order.

    Args:
        signal: the sensor's.
        where: what the uses are part of, for errors.

    Raises InputError if a block cannot compute on its signal, reads one that is not there, or
    makes one that nobody reads.
    """
    made: dict[str, Signal] = {}
    out: list[Stage] = []
    for i, use in enumerate(uses):
        with found_in(f"{where}, block {i + 1}"):
            stage = _stage(signal, use, made)
        out.append(stage)
        if stage.made is not None:
            made[use.name] = stage.made
    if all(stage.made is not None for stage in out):
        raise InputError(
            "a pipeline needs at least one block that makes features", where=where,
            value=[use.block for use in uses], way_out="add one, such as flatten or spectral",
        )  # fmt: skip
    read = {use.source for use in uses}
    for name in made:
        if name not in read:
            raise InputError(
                "no block reads this signal", where=where, value=name,
                way_out=f'add source = "{name}" to a block below, or remove the one that makes it',
            )  # fmt: skip
    return tuple(out)


def settled(placed: Sequence[Stage], sensor: Signal, arithmetic: str) -> tuple[Stage, ...]:
    """The same stages; those whose signal's window is kept are told so.

    It is kept if a block needs it, or if all blocks together take less memory with it.

    Args:
        sensor: the sensor's signal.
        arithmetic: "float" or "fixed".
    """
    sources = {"": sensor} | {s.use.name: s.made for s in placed if s.made is not None}
    kept = {
        name
        for name, source in sources.items()
        if _keeps([s for s in placed if s.use.source == name and not s.made], source, arithmetic)
    }
    return tuple(_told(s) if s.use.source in kept else s for s in placed)


def _told(stage: Stage) -> Stage:
    return replace(stage, signal=replace(stage.signal, kept=True))


def _keeps(readers: Sequence[Stage], source: Signal, arithmetic: str) -> bool:
    """Whether a signal's window is kept for the blocks that make features of it."""
    flowing = [s.block.c(s.signal, s.use.params, arithmetic) for s in readers]
    if any(
        s.block.history if c.history is None else c.history
        for s, c in zip(readers, flowing, strict=True)
    ):
        return True
    whole = [s.block.c(_told(s).signal, s.use.params, arithmetic) for s in readers]
    ring = source.length * len(source.channels) * (2 if source.sample == "int16" else 4)
    overlap = -(-source.length // source.stride)
    return overlap * _state(flowing) + _scratch(flowing) > ring + _state(whole) + _scratch(whole)


def _state(blocks: Sequence[CBlock]) -> int:
    return sum(c.state_bytes for c in blocks)


def _scratch(blocks: Sequence[CBlock]) -> int:
    return max((c.scratch_bytes for c in blocks), default=0)


def _stage(sensor: Signal, use: BlockUse, made: Mapping[str, Signal]) -> Stage:
    block = BLOCKS.get(use.block)
    if use.source and use.source not in made:
        raise InputError(
            "no block further up makes a signal of this name",
            where=f"{use.block}.source",
            value=use.source,
            way_out=f"leave it out to read the sensor; made so far: {', '.join(made) or 'none'}",
        )
    source = made[use.source] if use.source else sensor
    signal = fed(source, use)
    block.check(signal, use.params)
    if block.output is None:
        if use.name:
            raise InputError(
                f"{use.block} makes features, which have names of their own",
                where=f"{use.block}.name", value=use.name, way_out="leave the name out",
            )  # fmt: skip
        return Stage(use, block, signal, None)
    if not use.name or use.name in made:
        raise InputError(
            f"{use.block} makes a signal, which needs a name of its own",
            where=f"{use.block}.name", value=use.name or None,
            way_out='such as name = "smooth", and source = "smooth" in the blocks that read it',
        )  # fmt: skip
    out = block.output(signal, use.params)
    named = tuple(f"{use.name}.{channel}" for channel in out.channels)
    return Stage(use, block, signal, replace(out, channels=named))

"""Signals to features: blocks as plugins, their C, and the front end of a pipeline."""

from __future__ import annotations

from motekit.core.block import Block
from motekit.core.registry import Registry

BLOCKS: Registry[Block] = Registry(
    package="motekit.dsp.blocks", constant="BLOCK", kind="block", group="motekit.blocks"
)


def block(name: str) -> Block:
    """The block of a name ("spectral"). Raises InputError with the known names."""
    return BLOCKS.get(name)


def block_names() -> tuple[str, ...]:
    """Names of all blocks, sorted, without importing any."""
    return BLOCKS.names()

"""Parquet as the project's store writes it: one stream a file, every byte guarded."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.format import Format

from .reader import parts
from .writer import write


@dataclass(frozen=True)
class Params:
    """The file says everything itself."""


FORMAT = Format(
    name="parquet",
    summary="one stream as motekit stores it",
    suffixes=(".parquet",),
    sniff=lambda head: head[:4] == b"PAR1",
    params=Params,
    parts=parts,
    write=write,
    package=__name__,
)

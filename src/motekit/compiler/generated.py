"""What the compiler hands on: files as bytes, and the numbers that are known without a linker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from motekit.core.memory import Region


@dataclass(frozen=True)
class Place:
    """Where something of a network lies in memory.

    Args:
        kind: "tensor", "scratch", "rows" (counters of a group), "state" or "weights".
        symbol: the array it lies in, or that it is; offset: bytes from its start.
        region: the memory, "" where there is only one.
        heat: accesses in a run, None where they were not counted.
    """

    name: str
    kind: str
    symbol: str
    offset: int
    nbytes: int
    region: str = ""
    heat: float | None = None


@dataclass(frozen=True)
class Area:
    """A region of memory as a program uses it.

    Args:
        symbol: the array of tensors in it, "" if there are none.
        arena_bytes: of that array; taken_bytes: with state and weights.
    """

    region: Region
    symbol: str
    arena_bytes: int
    taken_bytes: int


@dataclass(frozen=True)
class Generated:
    """A printed program.

    Args:
        name: prefix of every symbol and file.
        files: file name → text, flat: headers and sources lie in one folder.
        sizes: what the header promises ("arena_bytes", "weight_bytes", "ram_bytes" …).
        parts: part of the bill → symbol of the function whose run time it is.
        layers: one row per layer of every graph, for tables.
        memory: in words, how layers share memory, and what else was considered.
        passes: what each rewrite of the graph did: name, summary, lines, proof.
        places: where everything that a run reads or writes lies.
        areas: the regions of memory it was placed in; none for one memory.
        placement: in words, what that placement costs and if there is a better one.
    """

    name: str
    files: Mapping[str, str]
    sizes: Mapping[str, int]
    parts: Mapping[str, str]
    layers: tuple[Mapping[str, object], ...]
    passes: tuple[Mapping[str, object], ...] = ()
    memory: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    areas: tuple[Area, ...] = ()
    placement: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the C files to compile, in order."""
        return tuple(name for name in self.files if name.endswith(".c"))

    @property
    def arrays(self) -> tuple[str, ...]:
        """The arrays that hold tensors."""
        if not self.areas:
            return (f"{self.name}_memory",)
        return tuple(area.symbol for area in self.areas if area.symbol)

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write every file; returns the paths of the C files. Replaces files of these names."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        return tuple(folder / name for name in self.sources)

"""What the compiler hands on: files as bytes, and the numbers that are known without a linker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


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
    """

    name: str
    files: Mapping[str, str]
    sizes: Mapping[str, int]
    parts: Mapping[str, str]
    layers: tuple[Mapping[str, object], ...]
    passes: tuple[Mapping[str, object], ...] = ()
    memory: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the C files to compile, in order."""
        return tuple(name for name in self.files if name.endswith(".c"))

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write every file; returns the paths of the C files. Replaces files of these names."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        return tuple(folder / name for name in self.sources)

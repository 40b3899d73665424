"""What is in an ELF: bytes of flash and RAM, by section kind, symbol and source; code by name."""

from __future__ import annotations

import bisect
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from motekit.core.errors import InputError

_WRITE, _ALLOC, _EXEC = 1, 2, 4
PLACES = ("text", "rodata", "data", "bss")


@dataclass(frozen=True)
class Symbol:
    """A function or object: run address (Thumb bit cleared), bytes, and where it lives.

    `kind` is "function" or "object"; `place` is "text", "rodata", "data" or "bss"; `source`
    the file name of a static symbol, "" for a global one (an ELF does not say).
    """

    name: str
    address: int
    size: int
    kind: str
    place: str
    source: str = ""


@dataclass(frozen=True)
class Segment:
    """Bytes to load: `data` at `load` in flash, copied to `address` where that differs."""

    address: int
    load: int
    data: bytes
    size: int


@dataclass(frozen=True)
class Sizes:
    """Bytes by kind. `flash` = text + rodata + the image of data; `ram` = data + bss.

    Padding between sections counts with the section before it.
    """

    text: int
    rodata: int
    data: int
    bss: int

    @property
    def flash(self) -> int:
        return self.text + self.rodata + self.data

    @property
    def ram(self) -> int:
        return self.data + self.bss


@dataclass(frozen=True)
class Elf:
    """A linked program."""

    path: Path
    entry: int
    sizes: Sizes
    segments: tuple[Segment, ...]
    symbols: tuple[Symbol, ...]
    labels: Mapping[str, int]

    def symbol(self, name: str) -> Symbol:
        """The symbol of a name. Raises InputError with near names."""
        for found in self.symbols:
            if found.name == name:
                return found
        near = difflib.get_close_matches(name, [s.name for s in self.symbols])
        raise InputError(
            "the program has no symbol of this name; unused functions are dropped by the linker",
            where=self.path.name,
            value=name,
            way_out=f"near ones: {', '.join(near)}" if near else None,
        )

    def by_source(self, owners: Mapping[str, str]) -> dict[str, Sizes]:
        """Source file → bytes of its functions and objects.

        Args:
            owners: global symbol → source file, from `toolchain.owners`; static symbols name
                theirs themselves. What has no owner (the compiler's runtime) goes to "".

        Padding, literals outside of functions and the vectors belong to no symbol: the sum
        stays below `sizes`.
        """
        out: dict[str, dict[str, int]] = {}
        for symbol in self.symbols:
            if symbol.place:
                source = symbol.source or owners.get(symbol.name, "")
                places = out.setdefault(source, dict.fromkeys(PLACES, 0))
                places[symbol.place] += symbol.size
        return {source: Sizes(**places) for source, places in sorted(out.items())}

    def function_at(self, address: int) -> Symbol | None:
        """The function that holds an address."""
        functions = self._functions()
        i = bisect.bisect_right(functions, address, key=lambda s: s.address) - 1
        if i < 0:
            return None
        found = functions[i]
        return found if address < found.address + max(found.size, 2) else None

    def _functions(self) -> list[Symbol]:
        cached: list[Symbol] | None = self.__dict__.get("_sorted")
        if cached is None:
            cached = sorted((s for s in self.symbols if s.kind == "function"), key=_by_address)
            self.__dict__["_sorted"] = cached
        return cached


def _by_address(symbol: Symbol) -> int:
    return symbol.address


def read(path: Path) -> Elf:
    """Read a linked ELF. Raises InputError if it is not one."""
    try:
        with path.open("rb") as stream:
            file = ELFFile(stream)
            return Elf(
                path, file["e_entry"], _sizes(file), tuple(_segments(file)),
                tuple(_symbols(file)), _labels(file),
            )  # fmt: skip
    except OSError as error:
        raise InputError("the ELF cannot be read", where=path, value=error.strerror) from error
    except ELFError as error:
        raise InputError("this is not an ELF", where=path, value=str(error)) from error


def global_names(path: Path) -> tuple[str, ...]:
    """Functions and objects that an object file gives to others, in its order."""
    with path.open("rb") as stream:
        return tuple(
            symbol.name
            for symbol in _table(ELFFile(stream)).iter_symbols()
            if symbol["st_info"]["bind"] in ("STB_GLOBAL", "STB_WEAK")
            and symbol["st_info"]["type"] in ("STT_FUNC", "STT_OBJECT")
            and symbol["st_shndx"] != "SHN_UNDEF"
        )


def _place(section: Any) -> str:
    """Kind of memory a section takes, "" for none."""
    flags = section["sh_flags"]
    if not flags & _ALLOC or section["sh_size"] == 0:
        return ""
    if section["sh_type"] == "SHT_NOBITS":
        return "bss"
    if section.name.startswith((".data", ".sdata")) or flags & _WRITE:
        return "data"
    return "text" if flags & _EXEC or section.name == ".vectors" else "rodata"


def _sizes(file: ELFFile) -> Sizes:
    total = dict.fromkeys(PLACES, 0)
    for section in file.iter_sections():
        place = _place(section)
        if place:
            total[place] += section["sh_size"]
    return Sizes(**total)


def _segments(file: ELFFile) -> list[Segment]:
    return [
        Segment(s["p_vaddr"], s["p_paddr"], s.data(), s["p_memsz"])
        for s in file.iter_segments("PT_LOAD")
        if s["p_memsz"]
    ]


def _symbols(file: ELFFile) -> list[Symbol]:
    table = _table(file)
    thumb = 1 if file["e_machine"] == "EM_ARM" else 0
    out, source = [], ""
    for entry in table.iter_symbols():
        kind = {"STT_FUNC": "function", "STT_OBJECT": "object"}.get(entry["st_info"]["type"])
        if entry["st_info"]["type"] == "STT_FILE":
            source = entry.name
        if kind is None or not isinstance(entry["st_shndx"], int):
            continue
        address = entry["st_value"] & ~thumb if kind == "function" else entry["st_value"]
        local = entry["st_info"]["bind"] == "STB_LOCAL"
        place = _place(file.get_section(entry["st_shndx"]))
        out.append(
            Symbol(entry.name, address, entry["st_size"], kind, place, source if local else "")
        )
    return out


def _labels(file: ELFFile) -> dict[str, int]:
    """Symbols that the linker script defines (mk_ram_end, mk_stack_top …)."""
    return {
        s.name: s["st_value"]
        for s in _table(file).iter_symbols()
        if s["st_info"]["type"] == "STT_NOTYPE" and s.name.startswith("mk_")
    }


def _table(file: ELFFile) -> SymbolTableSection:
    table = file.get_section_by_name(".symtab")
    if not isinstance(table, SymbolTableSection):
        raise InputError("the ELF has no symbols", way_out="link it without stripping")
    return table

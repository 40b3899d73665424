"""Flash images of an ELF: raw binary, Intel HEX and UF2.

Only what is loaded into flash, by load address. An ELF whose segments do not all lie in flash
is refused: filling the distance between flash and RAM would make an image of half a gigabyte.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from motekit.core.errors import InputError

from .elf import Elf

FILL = 0xFF  # erased flash

# Family ids of the UF2 file format's list, which a boot loader checks before it writes.
UF2_FAMILIES = {"nrf52840": 0xADA52840, "rp2040": 0xE48BFF56, "samd51": 0x55114460}


def flash_image(elf: Elf, flash: tuple[int, int]) -> tuple[int, bytes]:
    """(address, bytes) from the lowest to the highest loaded byte, gaps as erased flash.

    Args:
        flash: (origin, bytes) of the memory the image is for.

    Raises:
        InputError: nothing to load, a segment outside flash, or two segments that overlap.
    """
    parts = sorted((s.load, s.data) for s in elf.segments if s.data)
    if not parts:
        raise InputError("the program has nothing to load", where=elf.path)
    origin, size = flash
    start, end = parts[0][0], parts[0][0]
    out = bytearray()
    for load, data in parts:
        if load < origin or load + len(data) > origin + size:
            raise InputError(
                f"a segment of {len(data)} bytes lies outside the flash of {size} bytes at "
                f"0x{origin:08x}",
                where=elf.path,
                value=f"0x{load:08x}",
                way_out="name every section in the linker script, and check the memory sizes",
            )
        if load < end:
            raise InputError("two segments overlap", where=elf.path, value=f"0x{load:08x}")
        out += bytes([FILL]) * (load - end) + data
        end = load + len(data)
    return start, bytes(out)


def intel_hex(address: int, data: bytes, entry: int | None = None) -> str:
    """Intel HEX with 16 bytes a line; `entry` adds the start address record."""
    lines, upper, at = [], -1, address
    while at < address + len(data):
        if at >> 16 != upper:
            upper = at >> 16
            lines.append(_record(0, 4, upper.to_bytes(2, "big")))
        count = 16 - at % 16  # a line never crosses a 64 KiB boundary
        lines.append(_record(at & 0xFFFF, 0, data[at - address : at - address + count]))
        at += count
    if entry is not None:
        lines.append(_record(0, 5, entry.to_bytes(4, "big")))
    return "\n".join([*lines, _record(0, 1, b"")]) + "\n"


def _record(offset: int, kind: int, data: bytes) -> str:
    body = bytes([len(data)]) + offset.to_bytes(2, "big") + bytes([kind]) + data
    return f":{(body + bytes([-sum(body) & 0xFF])).hex().upper()}"


def uf2(address: int, data: bytes, family: int) -> bytes:
    """UF2 with 256 payload bytes a block, from a 256-byte boundary on."""
    start = address & ~0xFF
    padded = bytes([FILL]) * (address - start) + data
    blocks = [padded[i : i + 256].ljust(256, bytes([FILL])) for i in range(0, len(padded), 256)]
    return b"".join(_blocks(start, blocks, family))


def _blocks(start: int, blocks: list[bytes], family: int) -> Iterator[bytes]:
    for i, block in enumerate(blocks):
        head = struct.pack(
            "<8I", 0x0A324655, 0x9E5D5157, 0x2000, start + 256 * i, 256, i, len(blocks), family
        )
        yield head + block.ljust(476, b"\0") + struct.pack("<I", 0x0AB16F30)

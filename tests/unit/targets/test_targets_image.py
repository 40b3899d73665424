"""Flash images against what they were made of."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit import targets
from motekit.core.errors import InputError
from motekit.targets import elf, image, toolchain
from motekit.targets.elf import Elf, Segment, Sizes
from motekit.testing.target import SOURCE

FLASH = (0x1000, 0x20000)


def made_of(*segments: Segment) -> Elf:
    return Elf(Path("a.elf"), 0x1041, Sizes(0, 0, 0, 0), segments, (), {})


def test_gaps_are_erased_flash() -> None:
    two = made_of(Segment(0x20000000, 0x1010, b"zz", 2), Segment(0x1008, 0x1008, b"abc", 3))
    assert image.flash_image(two, FLASH) == (0x1008, b"abc" + b"\xff" * 5 + b"zz")


@pytest.mark.parametrize(
    ("segments", "message"),
    [
        ([Segment(0x20000000, 0x20000000, b"x", 1)], "outside the flash"),
        ([Segment(0x1000, 0x1000, b"x" * 0x20001, 0x20001)], "outside the flash"),
        ([Segment(0xFFF, 0xFFF, b"x", 1)], "outside the flash"),
        ([Segment(0, 0x1000, b"xy", 2), Segment(0, 0x1001, b"z", 1)], "overlap"),
        ([Segment(0x20000000, 0x20000000, b"", 100)], "nothing to load"),
    ],
)
def test_traps(segments: list[Segment], message: str) -> None:
    with pytest.raises(InputError, match=message):
        image.flash_image(made_of(*segments), FLASH)


def test_bounds_of_flash_are_inside() -> None:
    whole = made_of(Segment(0x1000, 0x1000, b"x" * 0x20000, 0x20000))
    assert len(image.flash_image(whole, FLASH)[1]) == 0x20000


def parse_hex(text: str) -> dict[int, int]:
    """Address → byte of an Intel HEX text; every checksum is looked at."""
    out, upper = {}, 0
    for line in text.splitlines():
        record = bytes.fromhex(line.removeprefix(":"))
        assert sum(record) & 0xFF == 0
        count, offset, kind = record[0], int.from_bytes(record[1:3], "big"), record[3]
        assert len(record) == count + 5
        if kind == 4:
            upper = int.from_bytes(record[4:6], "big") << 16
        if kind == 0:
            assert offset + count <= 0x10000
            out.update({upper + offset + i: b for i, b in enumerate(record[4:-1])})
    assert text.endswith(":00000001FF\n")
    return out


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 0x30000), st.binary(min_size=1, max_size=700))
def test_hex_and_uf2_hold_the_bytes(address: int, data: bytes) -> None:
    assert parse_hex(image.intel_hex(address, data)) == {address + i: b for i, b in enumerate(data)}
    blocks = image.uf2(address, data, 0xE48BFF56)
    assert len(blocks) % 512 == 0
    out: dict[int, int] = {}
    for i in range(0, len(blocks), 512):
        head = struct.unpack("<8I", blocks[i : i + 32])
        assert (head[0], head[1], head[2]) == (0x0A324655, 0x9E5D5157, 0x2000)
        assert (head[4], head[5], head[6], head[7]) == (
            256,
            i // 512,
            len(blocks) // 512,
            0xE48BFF56,
        )
        assert head[3] % 256 == 0
        assert blocks[i + 508 : i + 512] == struct.pack("<I", 0x0AB16F30)
        out.update({head[3] + k: b for k, b in enumerate(blocks[i + 32 : i + 32 + 256])})
    assert {address + i: b for i, b in enumerate(data)}.items() <= out.items()
    assert set(out.values()) <= set(data) | {0xFF}


def test_start_address_record() -> None:
    assert ":0400000500001041A6" in image.intel_hex(0x1000, b"a", entry=0x1041)


def test_a_real_program(tmp_path: Path) -> None:
    core = targets.core("cortex-m4f")
    made = elf.read(toolchain.program(core, [SOURCE], tmp_path / "a.elf"))
    address, data = image.flash_image(made, core.spec.flash)
    assert address == 0 and made.sizes.flash <= len(data) <= made.sizes.flash + 16
    assert struct.unpack("<2I", data[:8]) == (sum(core.spec.ram), made.entry)

"""Boards: every fact has a source, every core exists."""

from __future__ import annotations

import pytest

from motekit import targets
from motekit.core.errors import InputError
from motekit.targets.board_files import parse

GOOD = """
title = "A board"
core = "cortex-m4f"
[facts.clock_hz]
value = 64e6
source = "s"
[facts.flash_bytes]
value = 1024
source = "s"
[facts.ram_bytes]
value = 512
source = "s"
[facts.sleep_uw]
value = 1
source = "s"
[facts.wait_state_factor]
low = 1.0
typical = 1.0
high = 1.5
source = "s"
[facts.energy_pj_per_cycle]
low = 1
typical = 2
high = 3
source = "s"
"""


@pytest.mark.parametrize("name", targets.boards())
def test_board(name: str) -> None:
    board = targets.board(name)
    assert board.core in targets.core_names() and targets.core(board.core).emulation
    assert 1e6 < board.clock_hz < 1e9
    assert min(board.ram_bytes, board.flash_bytes) > 1024
    assert 1.0 <= board.wait_state_factor[0] <= board.wait_state_factor[2] < 3
    assert 1 < board.energy_pj_per_cycle[0] <= board.energy_pj_per_cycle[2] < 1000
    assert len(board.sources) >= 6 and all(len(s) > 10 for s in board.sources.values())


def test_boards_by_core() -> None:
    assert {"nrf52840", "stm32l4r5", "rp2040", "esp32-c3"} <= set(targets.boards())
    assert targets.boards("riscv32imc") == ("esp32-c3",)
    emulated = [n for n in targets.core_names() if targets.core(n).emulation]
    assert all(targets.boards(name) for name in emulated)


def test_figures_of_the_calibrated_board() -> None:
    board = targets.board("stm32l4r5")
    assert (board.wait_state_factor[0], board.wait_state_factor[2]) == (1.11, 1.30)
    assert board.wait_state_factor[1] == pytest.approx((1.16 + 1.15 + 1.11 + 1.30) / 4)


def test_unknown_names() -> None:
    with pytest.raises(InputError, match=r"choose one of: .*nrf52840"):
        targets.board("nrf9160")
    with pytest.raises(InputError, match=r"choose one of: .*cortex-m4f"):
        targets.core("cortex-m99")


def test_good_file() -> None:
    board = parse("x", GOOD)
    assert board.energy_pj_per_cycle == (1.0, 2.0, 3.0) and board.ble_nj_per_byte is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'source = "s"\n[facts.flash_bytes]',
            "[facts.flash_bytes]",
            r"x\.toml: clock_hz: .*source",
        ),
        ("value = 64e6", "value = true", r"clock_hz\.value: must be a number"),
        ("value = 64e6", "value = -1", r"clock_hz\.value: must be a number"),
        ("value = 64e6", "", r"clock_hz\.value: must be a number"),
        ("high = 1.5", "high = 0.5", "low ≤ typical ≤ high"),
        ("[facts.sleep_uw]", "[facts.slep_uw]", "unknown fact .*slep_uw"),
        ("[facts.clock_hz]\nvalue = 64e6\nsource", "[facts.sleep]\nsource", "unknown fact"),
        ('title = "A board"', "title = 7", "title: must be a text"),
        ("title", "= title", "not TOML"),
    ],
)
def test_bad_files(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=message):
        parse("x", GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    "fact",
    [
        "clock_hz",
        "flash_bytes",
        "ram_bytes",
        "sleep_uw",
        "wait_state_factor",
        "energy_pj_per_cycle",
    ],
)
def test_missing_facts(fact: str) -> None:
    head, _, tail = GOOD.partition(f"[facts.{fact}]")
    rest = tail.partition("[facts")
    with pytest.raises(InputError, match=f"a fact is missing .*{fact}"):
        parse("x", head + rest[1] + rest[2])

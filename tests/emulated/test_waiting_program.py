"""The ring of a built program holds what comes in while a window is computed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motekit import targets
from motekit.compiler.pipeline import compile_pipeline
from motekit.core.errors import InputError
from motekit.deploy.build import Options, build
from motekit.deploy.emulate import EmulatedProgram
from motekit.deploy.waiting import costs, slowest, waiting
from motekit.graph.oracle import Oracle
from motekit.testing.specs import small_spec

WINDOWS = np.random.default_rng(0).integers(-9000, 9000, (3, 64, 2)).astype(np.int16)


@pytest.fixture(scope="module")
def oracle():
    with Oracle() as one:
        yield one


def spec_at(rate_hz: float):
    spec = small_spec(window=64, stride=32, block="flatten")
    return replace(spec, signal=replace(spec.signal, rate_hz=rate_hz))


@pytest.mark.parametrize("board", ["", "rp2040"])
def test_fast_samples_get_room(board: str, oracle: Oracle, tmp_path: Path) -> None:
    spec = spec_at(32000.0)
    built = build(spec, WINDOWS, tmp_path, oracle, Options("cortex-m0plus", board=board))
    built.proof.require()
    program = EmulatedProgram(built.spec, built.generated, "cortex-m0plus", built.elf)
    most = waiting(
        costs(built.spec, program, WINDOWS, 1), 1, slowest(spec, [targets.board("rp2040")])
    )
    assert most > 4  # else this test shows nothing
    assert 1.25 * (most - 1) <= built.bill.slack_frames - 1 <= 1.25 * most
    assert f"TOY_SLACK {built.bill.slack_frames}" in (built.c_dir / "toy_config.h").read_text()


def test_slow_samples_need_none_and_a_project_may_say_what_it_wants(
    oracle: Oracle, tmp_path: Path
) -> None:
    slow = build(spec_at(50.0), WINDOWS, tmp_path / "a", oracle, Options("cortex-m0plus"))
    assert slow.bill.slack_frames == 4
    told = build(spec_at(32000.0), WINDOWS, tmp_path / "b", oracle,
                 Options("cortex-m0plus", slack=9))  # fmt: skip
    assert told.bill.slack_frames == 9


def test_frames_are_counted_in_16_bits() -> None:
    spec = spec_at(50.0)
    longest = replace(spec, slack=65535 - 64)
    compile_pipeline(longest, targets.core("host").spec)
    with pytest.raises(InputError, match="window of 64 and 65,472 waiting"):
        compile_pipeline(replace(spec, slack=65536 - 64), targets.core("host").spec)
    apart = replace(spec.signal, stride=65536 + 64)
    with pytest.raises(InputError, match="between two windows"):
        compile_pipeline(replace(spec, signal=apart), targets.core("host").spec)


def test_no_ring_helps_a_core_that_is_too_slow(oracle: Oracle, tmp_path: Path) -> None:
    built = build(spec_at(4e6), WINDOWS, tmp_path, oracle, Options("cortex-m0plus"))
    assert built.bill.slack_frames == 4

"""Chains and windows under way on an emulated core: the host's bytes, and a bill that says who
computed as samples came."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from generated_programs import CORES, generated, windows

from motekit.deploy.emulate import EmulatedProgram, link_program
from motekit.deploy.host import HostProgram
from motekit.deploy.measure import bill


@pytest.mark.parametrize(
    ("name", "arithmetic"), [("sensing", "float"), ("sensing", "fixed"), ("chained", "fixed")]
)
def test_a_core_gives_the_bytes_of_the_host(name: str, arithmetic: str, tmp_path: Path) -> None:
    spec, made = generated(name, arithmetic)
    core, x = CORES[arithmetic], windows(spec, 2)
    program = EmulatedProgram(spec, made, core, link_program(made, core, tmp_path / "all.elf"))
    there, here = program.windows(x), HostProgram(spec, made).windows(x)
    assert np.array_equal(there.outcome.features, here.features)
    assert np.array_equal(there.outcome.scores, here.scores)
    told = bill(spec, program, there, x)
    assert told.cycles["dsp"] > told.cycles["glue"], "steps of blocks are no glue"
    total = sum(v for part, v in told.cycles.items() if part != "total")
    assert told.cycles["total"] == pytest.approx(total)

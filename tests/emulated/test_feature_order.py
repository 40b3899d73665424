"""A block may put its features in another order than they lie in: the proof sees each as itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from generated_programs import CORES, pipeline, use, windows

from motekit.compiler.pipeline import compile_pipeline
from motekit.deploy import reference
from motekit.deploy.emulate import EmulatedProgram, link_program
from motekit.targets import core as core_named


@pytest.mark.parametrize("arithmetic", CORES)
def test_features_put_out_of_order_are_compared_with_their_own(
    arithmetic: str, tmp_path: Path
) -> None:
    spec = pipeline(
        "order",
        use("spectral", analysis="wavelet", wavelet="db4", level=1),  # puts the details first
        use("flatten", (1,)),
        sample="float32" if arithmetic == "float" else "int16",
    )
    core = CORES[arithmetic]
    made = compile_pipeline(spec, core_named(core).spec)
    program = EmulatedProgram(spec, made, core, link_program(made, core, tmp_path / "all.elf"))
    x = windows(spec, 2)
    seen = program.windows(x).natural.astype(np.float64)
    seen = seen * reference.lsb(spec) if arithmetic == "fixed" else seen
    away = np.abs(seen - reference.features(spec, x))
    assert (away <= reference.bounds(spec, x, arithmetic)).all(), away.max()

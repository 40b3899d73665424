"""Compile a model file and measure it layer by layer, with a page to look at."""

from __future__ import annotations

from pathlib import Path

from motekit.recordings.files import atomic_file
from motekit.report.network import render_network

from .compile import Compiled, Report, Sliding, compile_model

PAGE = "profile.html"


def profile_model(
    model: Path, core: str, optimize: str, out: Path, name: str, inputs: int, report: Report,
    calibration: Path | None = None, sliding: Sliding | None = None, last: bool = False,
    activations: str = "int8",
) -> tuple[Compiled, Path]:  # fmt: skip
    """The build, measured over all of its inputs, and its page, which lies beside its C.

    Args: see `compile_model`.
    """
    compiled = compile_model(
        model,
        core,
        optimize,
        out,
        name,
        inputs,
        report,
        calibration,
        sliding,
        profiled=inputs,
        last=last,
        activations=activations,
    )
    page = out / PAGE
    html = render_network(compiled.built.record())
    with atomic_file(page) as file:
        file.write(html.encode("utf-8"))
    return compiled, page

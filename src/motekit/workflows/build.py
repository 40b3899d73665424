"""Build a run for one core, and hold it to its promises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from motekit import targets
from motekit.core.errors import InputError
from motekit.deploy.bill import check_budget
from motekit.deploy.build import Built, Options, build
from motekit.graph.oracle import Oracle

from . import runs
from .project import Project

Report = Callable[..., None]


def options_of(project: Project, core: str, compiler: str) -> Options:
    """How a project builds for a core; its board counts if it carries that core."""
    target = project.target
    return Options(
        core, compiler, optimize=target.optimize,  # type: ignore[arg-type]  # the table checks it
        slack=target.slack, board=target.board,
    )  # fmt: skip


def build_run(
    folder: Path, project: Project, run: Path | None, core: str, out: Path | None, report: Report
) -> Built:
    """Build, run, compare, measure.

    Args:
        run: a run folder; the project's newest if None.
        core: name of a core; the project's if "".
        out: where the core's folder goes; the project's builds/ if None.

    Raises PromiseError if the proof does not hold or the project's budget is exceeded.
    """
    name = core or project.target.core
    if targets.core(name).emulation is None:
        raise InputError("this core has no emulator, so nothing could be proven",
                         where="core", value=name,
                         way_out="choose a core with one, such as cortex-m4f")  # fmt: skip
    loaded = runs.load(run or runs.latest(folder))
    options = options_of(project, name, project.target.compiler)
    with Oracle() as oracle:
        built = build(
            loaded.spec, loaded.windows, out or folder / "builds", oracle, options,
            lambda done, total: report("prove", done, total),
        )  # fmt: skip
    built.proof.require()
    budget = project.budget
    check_budget(
        built.bill,
        {"flash_bytes": budget.flash_bytes, "ram_bytes": budget.ram_bytes, "cycles": budget.cycles},
    )
    return built

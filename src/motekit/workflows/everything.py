"""A whole project in one go: check, train, cross-validate the binaries, build, prove, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

from motekit import __version__
from motekit.core.errors import PromiseError
from motekit.core.pipeline import Decision, PipelineSpec
from motekit.core.recording import Recording
from motekit.deploy.bill import check_budget
from motekit.deploy.build import Built, Options, build
from motekit.graph.oracle import Oracle
from motekit.recordings.check import check
from motekit.recordings.store import Store
from motekit.report import data as rd
from motekit.report.write import write_report

from . import features, folds, outcome, report_costs, report_learning
from .learn import Learned, final_spec, fold_tasks, learn
from .outcome import CrossValidated
from .project import Project, load

CORES = ("cortex-m4f", "cortex-m0plus", "cortex-m33", "cortex-m7", "riscv32imc")
TOOLS = ("ziglang", "unicorn", "ai-edge-litert", "jax", "numpy")
OTHER_CORE_WINDOWS = 200  # windows of the final program that run on the cores not aimed at
Report = Callable[..., None]


@dataclass(frozen=True)
class Everything:
    """What a whole run found, and where it lies.

    Args:
        built: core → build of the final program.
        report_paths: report.html and report.json.
    """

    project: Project
    learned: Learned
    found: CrossValidated
    spec: PipelineSpec
    built: Mapping[str, Built]
    report_paths: tuple[Path, Path]

    @property
    def main(self) -> Built:
        return self.built[self.project.target.core]

    def as_dict(self) -> dict[str, object]:
        """The object that `--json` prints."""
        found, proof, main = self.found, self.found.proof, self.main
        return {
            "name": self.project.name,
            "accuracy": {
                "float": found.float_model.accuracy,
                "int8": found.host.accuracy,
                "emulated": found.emulated.accuracy,
                "spread_subjects": found.emulated.spread_groups,
                "spread_seeds": found.emulated.spread_seeds,
                "per_seed": [e.group_accuracy for e in found.emulated.by_seed],
                "per_subject": {k: list(v) for k, v in found.emulated.group_values.items()},
            },
            "leak_audit": {
                "random_split": self.learned.leaks.random_split,
                "grouped_split": found.float_model.accuracy,
            },
            "recipe": self.learned.recipe.name,
            "proof": proof.as_dict(),
            "targets": {core: self._target(built) for core, built in self.built.items()},
            "paths": {
                "c_dir": str(main.c_dir),
                "elf": str(main.elf),
                "tflite": str(main.tflite),
                "proof": str(main.proof_dir),
                "report": str(self.report_paths[0]),
                "report_json": str(self.report_paths[1]),
            },
        }

    def _target(self, built: Built) -> dict[str, object]:
        boards = report_costs.boards(built.bill, built.spec.signal)
        return {
            **built.bill.as_dict(),
            "boards": {
                name: {
                    "latency_ms": cost.latency_ms.value,
                    "energy_uj": cost.energy_uj.value,
                    "latency_ms_interval": [cost.latency_ms.low, cost.latency_ms.high],
                    "energy_uj_interval": [cost.energy_uj.low, cost.energy_uj.high],
                    "tag": cost.latency_ms.tag,
                }
                for name, cost in boards.items()
            },
            "proof": built.proof.as_dict(),
        }


def everything(
    folder: Path, origin: str, command: str, next_steps: Sequence[tuple[str, str]], say: Report
) -> Everything:
    """Run a project from its recordings to its report.

    Raises PromiseError if a proof does not hold or a budget is exceeded; the report is written
    all the same.
    """
    project = load(folder)
    recordings = list(Store.of_project(folder))
    remarks = [f.line() for f in check(recordings).findings]
    data = features.load(recordings, project.signal)
    learned = learn(
        data, project.recipes, seeds=project.seeds, split_by=project.signal.split_by,
        anomaly=project.anomaly, altered=project.augment, folder=folder / "runs" / "models",
        report=say,
    )  # fmt: skip
    decision = Decision(
        project.decision.threshold, project.decision.smooth, project.decision.hold_off
    )
    tasks = fold_tasks(learned, project.name, decision)
    results = folds.run_folds(tasks, lambda done, total: say("held-out binaries", done, total))
    found = outcome.collect(learned, results)
    spec = final_spec(learned, project.name, decision)
    built = _build_all(project, spec, data, folder / "builds", say)
    say("report", 0, 1)
    report_data = _report(
        project, recordings, remarks, learned, found, built, origin, command, next_steps
    )
    paths = write_report(report_data, folder / "report")
    say("report", 1, 1)
    out = Everything(project, learned, found, spec, built, paths)
    _require(out)
    return out


def _build_all(
    project: Project, spec: PipelineSpec, data: features.Data, folder: Path, say: Report
) -> dict[str, Built]:
    """The final program on every core: all windows on the one aimed at, a spread on the others."""
    values = data.windows.values
    few = np.unique(np.linspace(0, len(values) - 1, OTHER_CORE_WINDOWS).astype(int))
    main = project.target.core
    cores = (main, *(c for c in CORES if c != main))
    built: dict[str, Built] = {}
    with Oracle() as oracle:
        for i, core in enumerate(cores):
            say("builds", i, len(cores), core)
            options = Options(core, optimize=project.target.optimize)  # type: ignore[arg-type]
            windows = values if core == main else values[few]
            built[core] = build(spec, windows, folder, oracle, options)
        say("builds", len(cores), len(cores))
    return built


def _require(out: Everything) -> None:
    """Every promise of the run, in order; raises PromiseError for the first that failed."""
    out.found.proof.require()
    for built in out.built.values():
        built.proof.require()
    budget = out.project.budget
    check_budget(
        out.main.bill,
        {"flash_bytes": budget.flash_bytes, "ram_bytes": budget.ram_bytes, "cycles": budget.cycles},
    )
    if out.found.emulated.accuracy != out.found.host.accuracy:
        raise PromiseError("the binary's accuracy differs from that of the C on the host")


def _report(
    project: Project,
    recordings: Sequence[Recording],
    remarks: Sequence[str],
    learned: Learned,
    found: CrossValidated,
    built: Mapping[str, Built],
    origin: str,
    command: str,
    next_steps: Sequence[tuple[str, str]],
) -> rd.ReportData:
    kind, main = project.signal.split_by, built[project.target.core]
    classes = ", ".join(main.spec.classes)
    budget = project.budget
    limits = {"flash_bytes": budget.flash_bytes, "ram_bytes": budget.ram_bytes,
              "cycles": budget.cycles}  # fmt: skip
    compiler = f"{project.target.compiler}, -Os"
    return rd.ReportData(
        title=project.name,
        summary=f"Tells {classes} apart, on the mote, every "
        f"{main.spec.signal.stride / main.spec.signal.rate_hz:g} s.",
        dataset=report_learning.dataset(recordings, learned, origin, remarks),
        accuracy=report_learning.accuracy(found, kind),
        provenance=_provenance(command, main),
        main_core=project.target.core,
        main_board=project.target.board,
        feature_map=report_learning.windows_map(learned, found),
        learning=report_learning.curves(learned, kind),
        anomaly=report_learning.anomaly(learned, found, main),
        leak_audit=report_learning.leaks(learned, found, kind),
        cores=tuple(report_costs.core_cost(b, compiler) for b in built.values()),
        budgets=report_costs.budgets(main.bill, limits),
        battery=report_costs.battery(main.bill, project.target.board, main.spec.signal),
        proof=report_costs.proof(found.proof, [b.proof for b in built.values()]),
        next_steps=tuple(rd.NextStep(c, why) for c, why in next_steps),
    )


def _provenance(command: str, main: Built) -> rd.Provenance:
    folder = main.elf.parent
    return rd.Provenance(
        version=__version__,
        command=command,
        tools={name: metadata.version(name) for name in TOOLS},
        hashes={"model": main.spec.identity},
        paths={
            "C": f"../builds/{folder.name}/c",
            "program": f"../builds/{folder.name}/{main.elf.name}",
            "proof pack": f"../builds/{folder.name}/proof",
        },
    )

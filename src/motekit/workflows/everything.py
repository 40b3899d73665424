"""A whole project in one go: check, train, cross-validate the binaries, build, prove, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from motekit import __version__, targets
from motekit.core.errors import PromiseError
from motekit.core.pipeline import Decision
from motekit.core.recording import Recording
from motekit.deploy.bill import check_budget
from motekit.deploy.build import Built, Options
from motekit.models.runs import figure_name
from motekit.recordings.check import check
from motekit.recordings.store import Store
from motekit.report import data as rd
from motekit.report.write import write_report

from . import folds, outcome, report_costs, report_learning, report_tasks, runs
from .build import options_of
from .learn import Learned, fold_tasks
from .outcome import CrossValidated
from .parallel import BuildTask, run_build, workers
from .project import Project, load
from .runs import Run
from .train import train_on

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
    run: Run
    built: Mapping[str, Built]
    report_paths: tuple[Path, Path]

    @property
    def main(self) -> Built:
        return self.built[self.project.target.core]

    def as_dict(self) -> dict[str, object]:
        """The object that `--json` prints."""
        found, proof, main, leaks = self.found, self.found.proof, self.main, self.learned.run.leaks
        return {
            "name": self.project.name,
            "task": self.learned.run.task,
            figure_name(found.emulated.by_seed[0]): {
                "float": found.float_model.figure,
                "int8": found.host.figure,
                "emulated": found.emulated.figure,
                "spread_subjects": found.emulated.spread_groups,
                "spread_seeds": found.emulated.spread_seeds,
                "per_seed": [e.figure for e in found.emulated.by_seed],
                "per_subject": {
                    report_tasks.readable(k): list(v)
                    for k, v in found.emulated.group_values.items()
                },
            },
            "held_out": [e.as_dict() for e in found.emulated.by_seed],
            "warnings": found.emulated.warnings,
            "leak_audit": None if leaks is None else {
                "random_split": leaks.random_split,
                "grouped_split": found.float_model.figure,
            },
            "recipe": self.learned.recipe.name,
            "proof": proof.as_dict(),
            "targets": {core: self._target(built) for core, built in self.built.items()},
            "paths": {
                "c_dir": str(main.c_dir),
                "elf": str(main.elf),
                "tflite": str(main.tflite) if main.tflite else None,
                "proof": str(main.proof_dir),
                "run": str(self.run.folder),
                "report": str(self.report_paths[0]),
                "report_json": str(self.report_paths[1]),
            },
        }  # fmt: skip

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
                    "load": cost.load.value,
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
    learned = train_on(folder, project, recordings, say)
    decision = Decision(
        project.decision.threshold, project.decision.smooth, project.decision.hold_off
    )
    tasks = fold_tasks(learned, project.name, decision)
    results = folds.run_folds(tasks, lambda done, total: say("held-out binaries", done, total))
    found = outcome.collect(learned, results)
    run = runs.load(runs.save(folder, project, learned))
    built = build_all(project, run, folder / "builds", say)
    say("report", 0, 1)
    report_data = _report(
        project, recordings, remarks, learned, found, built, origin, command, next_steps
    )
    paths = write_report(report_data, folder / "report")
    say("report", 1, 1)
    out = Everything(project, learned, found, run, built, paths)
    _require(out)
    return out


def build_all(project: Project, run: Run, folder: Path, say: Report) -> dict[str, Built]:
    """The final program on every core, over two processes; the one aimed at comes first.

    The core aimed at runs all windows of the run, the others a spread of them. Others that cannot
    take the samples are left out.
    """
    main = project.target.core
    cores = (main, *(c for c in CORES if c != main and takes(c, run.spec.signal.sample)))
    few = run.windows[runs.spread(len(run.windows), OTHER_CORE_WINDOWS)]
    tasks = [
        BuildTask(run.spec, run.windows if core == main else few, folder, _options(project, core))
        for core in cores
    ]
    built = {}
    say("builds", 0, len(tasks))
    with workers() as pool:
        for i, one in enumerate(pool.map(run_build, tasks)):
            built[cores[i]] = one
            say("builds", i + 1, len(tasks), cores[i])
    return built


def takes(core: str, sample: str) -> bool:
    """Whether a core can take such samples: float32 ones need an FPU."""
    return sample == "int16" or targets.core(core).spec.arithmetic != "fixed"


def _options(project: Project, core: str) -> Options:
    own = core == project.target.core
    compiler = project.target.compiler if own else "zig"
    return options_of(project, core, compiler)


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
    if out.found.emulated.figure != out.found.host.figure:
        raise PromiseError(
            "the binary's held-out figure differs from that of the C on the host",
            value=(out.found.emulated.figure, out.found.host.figure),
            way_out="a fault of motekit or of the compiler: do not ship this build; report it with "
            "the build's proof folder",
        )


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
    unit = report_tasks.target_unit(recordings, project.signal.target)
    task = learned.run.task
    budget = project.budget
    limits = {"flash_bytes": budget.flash_bytes, "ram_bytes": budget.ram_bytes,
              "cycles": budget.cycles}  # fmt: skip
    compiler = f"{project.target.compiler}, -Os"
    return rd.ReportData(
        title=project.name,
        summary=f"{_does(project, main)}, on the mote, every "
        f"{main.spec.signal.stride / main.spec.signal.rate_hz:g} s.",
        dataset=report_learning.dataset(recordings, learned, origin, remarks),
        accuracy=report_learning.accuracy(found, kind),
        errors=report_tasks.errors(learned, found, kind, project.signal.target, unit),
        detection=report_tasks.detection(learned, found, kind),
        provenance=_provenance(command, main),
        main_core=project.target.core,
        main_board=project.target.board,
        feature_map=report_learning.windows_map(learned, found),
        learning=report_learning.curves(learned),
        quantization=report_learning.noise(learned),
        anomaly=report_learning.anomaly(learned, found, main),
        leak_audit=report_learning.leaks(
            learned, found, kind, unit if task == "regressor" else "fraction"
        ),
        cores=tuple(report_costs.core_cost(b, compiler) for b in built.values()),
        budgets=report_costs.budgets(main.bill, limits),
        battery=report_costs.battery(main.bill, project.target.board, main.spec.signal),
        proof=report_costs.proof(found.proof, [b.proof for b in built.values()]),
        next_steps=tuple(rd.NextStep(c, why) for c, why in next_steps),
    )


def _does(project: Project, main: Built) -> str:
    """What the program does, in a few words."""
    if project.task == "regressor":
        return f"Tells {report_tasks.target_name(project.signal.target)}"
    if project.task == "anomaly":
        return f"Tells what is not {' or '.join(project.signal.normal) or 'normal'}"
    return f"Tells {', '.join(main.spec.classes)} apart"


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

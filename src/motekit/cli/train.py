"""motekit train"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, progress, say, table


def command(
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    json: Json = False,
) -> None:
    """Train with honest splits and keep the run: models, metrics, histograms.

    Finished models are reused, so an interrupted or repeated run goes on where it was.
    """
    from motekit.models import judge
    from motekit.models import runs as saved
    from motekit.models.detection import DetectionEvaluation
    from motekit.workflows import runs, train
    from motekit.workflows.project import find
    from motekit.workflows.report_tasks import readable
    from motekit.workflows.summary import NAMES, detected

    folder = find(project)
    with progress(json) as report:
        loaded, learned = train.train(folder, report)
        run = runs.save(folder, loaded, learned)
    ran = learned.run
    if json:
        emit({"run": str(run), **saved.metrics(learned.run), "warnings": judge.warnings(ran.int8)})
        return
    kind = loaded.signal.split_by
    name = NAMES[saved.figure_name(ran.int8[0])]
    rows = [
        (readable(group), f"{sum(v) / len(v):.3f}", f"{min(v):.3f}", f"{max(v):.3f}")
        for group, v in learned.nested.group_figures.items()
    ]
    table((f"held-out {kind}", name, "lowest seed", "highest seed"), rows)
    integer = sum(e.figure for e in ran.int8) / len(ran.int8)
    said = f"{name}: float {learned.nested.figure:.3f}, int8 {integer:.3f}"
    if ran.leaks is not None:
        said += (
            f"; {ran.leaks.random_split:.3f} if windows were split at random, which is what a "
            "leaking split would have promised"
        )
    say(said)
    if isinstance(ran.int8[0], DetectionEvaluation):
        say(detected(ran.int8[0]))
    for warning in judge.warnings(ran.int8):
        say(f"warning: {warning}")
    say(f"kept in {run}")
    say("next: motekit build")

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
    from motekit.models import runs as saved
    from motekit.workflows import runs, train
    from motekit.workflows.project import find

    folder = find(project)
    with progress(json) as report:
        loaded, learned = train.train(folder, report)
        run = runs.save(folder, loaded, learned)
    if json:
        emit({"run": str(run), **saved.metrics(learned.run)})
        return
    kind = loaded.signal.split_by
    rows = [
        (name, f"{sum(v) / len(v):.3f}", f"{min(v):.3f}", f"{max(v):.3f}")
        for name, v in learned.nested.group_accuracies.items()
    ]
    table((f"held-out {kind}", "accuracy", "lowest seed", "highest seed"), rows)
    found, leaks = saved.metrics(learned.run), learned.run.leaks
    say(
        f"float {found['float']['accuracy']:.3f}, int8 {found['int8']['accuracy']:.3f}; "
        f"{leaks.random_split:.3f} if windows were split at random, which is what a leaking "
        "split would have promised"
    )
    say(f"kept in {run}")
    say("next: motekit build")

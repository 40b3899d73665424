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
    from motekit.workflows import runs, train
    from motekit.workflows.project import find

    folder = find(project)
    with progress(json) as report:
        loaded, learned = train.train(folder, report)
        run = runs.save(folder, loaded, learned)
    found = runs.metrics(learned, learned.nested.by_seed)
    if json:
        emit({"run": str(run), **found})
        return
    kind = loaded.signal.split_by
    names = [g.group for g in learned.nested.by_seed[0].groups]
    rows = [
        (name, f"{sum(v) / len(v):.3f}", f"{min(v):.3f}", f"{max(v):.3f}")
        for name, v in zip(names, learned.nested.group_accuracies.values(), strict=True)
    ]
    table((f"held-out {kind}", "accuracy", "lowest seed", "highest seed"), rows)
    say(f"mean {learned.nested.accuracy:.3f}; {learned.leaks.random_split:.3f} if windows were "
        "split at random, which is what a leaking split would have promised")  # fmt: skip
    say(f"kept in {run}")
    say("next: motekit build")

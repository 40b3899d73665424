"""What `motekit label` shows and asks."""

from __future__ import annotations

import getpass
import time
from typing import TYPE_CHECKING

from .console import emit, say, table

if TYPE_CHECKING:
    from motekit.recordings.label_sets import Annotation, Labels
    from motekit.recordings.store import Store


def user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _dict(labels: Labels, a: Annotation) -> dict[str, object]:
    return {**a.as_dict(), "start_s": labels.seconds(a.start), "stop_s": labels.seconds(a.stop)}


def show_labels(store: Store, names: list[str], json: bool, only: str = "") -> None:
    """The labels of recordings, as a table or as JSON."""
    found = {name: store.labels(name) for name in names}
    if json:
        emit({"recordings": [
            {"name": name, "use": labels.use, "sets": {
                one: [_dict(labels, a) for a in group]
                for one, group in labels.sets.items() if only in ("", one)
            }} for name, labels in found.items()
        ]})  # fmt: skip
        return
    rows = [
        (name, one + (" (in use)" if one == labels.use else ""), a.kind, a.label,
         _seconds(labels.seconds(a.start)), _seconds(labels.seconds(a.stop)), a.who or "",
         time.strftime("%Y-%m-%d %H:%M", time.localtime(a.at)) if a.at else "", a.state)
        for name, labels in found.items() for one, group in labels.sets.items()
        if only in ("", one) for a in group
    ]  # fmt: skip
    if rows:
        head = ("recording", "set", "kind", "label", "from s", "to s", "who", "when", "state")
        table(head, rows)
    else:
        say("no labels")


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f}"


def asked(
    name: str, labels: Labels, queue: list[Annotation]
) -> tuple[dict[int, str], frozenset[int]]:
    """Ask for each proposal: Enter confirms, text is another label, - rejects, q ends."""
    yes: dict[int, str] = {}
    no: list[int] = []
    say(f"{name}: Enter confirms, a text is another label, - rejects, . leaves it, q ends")
    for n, a in enumerate(queue):
        span = f"{_seconds(labels.seconds(a.start))} to {_seconds(labels.seconds(a.stop))} s"
        answer = input(f"{n + 1} of {len(queue)}  {span}  {a.label}: ").strip()
        if answer == "q":
            break
        if answer == "-":
            no.append(n)
        elif answer != ".":
            yes[n] = answer or a.label
    return yes, frozenset(no)

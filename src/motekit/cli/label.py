"""motekit label"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._label_view import asked, show_labels, user
from .console import Json, emit, say

if TYPE_CHECKING:
    from motekit.recordings.store import Store

command = typer.Typer(
    help="Label recordings, segments and moments, in several sets; import and export labels.",
    no_args_is_help=True,
)

Names = Annotated[list[str], typer.Argument(help="Recordings; walk.* for several.")]
Project = Annotated[Path, typer.Option(help="Project folder.")]
Set = Annotated[str, typer.Option("--set", help="Label set; by default the one in use.")]
Who = Annotated[str, typer.Option(help="Who says so; by default you.")]


def _store(project: Path) -> Store:
    from motekit.recordings.store import Store
    from motekit.workflows.project import find

    return Store.of_project(find(project))


def _chosen(store: Store, names: list[str]) -> list[str]:
    from motekit.recordings.select import matching

    return matching(names, store.names())


@command.command()
def show(names: Names, project: Project = Path("."), set: Set = "", json: Json = False) -> None:
    """Show the labels of recordings."""
    store = _store(project)
    show_labels(store, _chosen(store, names), json, set)


@command.command("set")
def set_(
    label: Annotated[str, typer.Argument(help="The label.")],
    names: Names,
    project: Project = Path("."),
    start: Annotated[float, typer.Option("--from", help="Segment: begins here, s.")] = -1.0,
    stop: Annotated[float, typer.Option("--to", help="Segment: ends here, s.")] = -1.0,
    at: Annotated[float, typer.Option("--at", help="Event: at this moment, s.")] = -1.0,
    set: Set = "",
    who: Who = "",
    json: Json = False,
) -> None:
    """Label whole recordings, a segment (--from, --to) or a moment (--at)."""
    from motekit.core.errors import InputError
    from motekit.recordings.label_edit import Given, change_all, put

    if (start >= 0) != (stop >= 0) or (at >= 0 and start >= 0):
        raise InputError("a segment has --from and --to, an event --at", where="motekit label set",
                         way_out="such as --from 1.5 --to 3.2")  # fmt: skip
    begins = at if at >= 0 else start
    given = Given(label, begins if begins >= 0 else None, stop if stop >= 0 else None,
                  who or user(), time.time())  # fmt: skip
    store = _store(project)
    chosen = _chosen(store, names)
    change_all(store, chosen, lambda name, labels: put(labels, set, given))
    show_labels(store, chosen, json)


@command.command()
def clear(
    names: Names,
    project: Project = Path("."),
    label: Annotated[str, typer.Option(help="Only these.")] = "",
    set: Set = "",
    json: Json = False,
) -> None:
    """Take labels away: all of a set, or those called --label."""
    from motekit.recordings.label_edit import change_all, cleared

    store = _store(project)
    chosen = _chosen(store, names)
    change_all(store, chosen, lambda name, labels: cleared(labels, set, label))
    show_labels(store, chosen, json)


@command.command()
def use(
    set: Annotated[str, typer.Argument(help="The label set that training shall see.")],
    names: Names,
    project: Project = Path("."),
    json: Json = False,
) -> None:
    """Choose the label set that training sees."""
    from motekit.recordings.label_edit import change_all

    store = _store(project)
    chosen = _chosen(store, names)
    change_all(store, chosen, lambda name, labels: labels.using(set))
    show_labels(store, chosen, json)


@command.command()
def propose(
    names: Names,
    project: Project = Path("."),
    method: Annotated[str, typer.Option(help="activity or changes.")] = "activity",
    label: Annotated[str, typer.Option(help="Label of what is found.")] = "",
    sensor: Annotated[str, typer.Option(help="Stream to look at.")] = "",
    set: Set = "",
    param: Annotated[
        list[str] | None, typer.Option("--param", help="name=value: frame_s, least_s, penalty …")
    ] = None,
    json: Json = False,
) -> None:
    """Find segments: where something happens, or where the signal changes.

    Proposals wait for motekit label confirm; training does not see them.
    """
    from motekit.core.params import from_mapping
    from motekit.recordings.label_edit import change_all
    from motekit.recordings.proposals import ProposeParams, proposed
    from motekit.recordings.proposals import propose as find

    from .import_ import _values

    given = {"method": method, "label": label, "sensor": sensor, **_values(param or [])}
    params = from_mapping(ProposeParams, given, "motekit label propose")
    store = _store(project)
    chosen = _chosen(store, names)
    found = {name: find(store.load(name), params, time.time()) for name in chosen}
    change_all(store, chosen, lambda name, labels: proposed(labels, set or labels.use, found[name]))
    show_labels(store, chosen, json)
    if not json:
        say(f"{sum(map(len, found.values()))} proposals; next: motekit label confirm NAME")


@command.command()
def confirm(
    names: Names,
    project: Project = Path("."),
    all_: Annotated[bool, typer.Option("--all", help="All proposals.")] = False,
    accept: Annotated[
        list[int] | None, typer.Option("--accept", help="Proposal of this number; repeatable.")
    ] = None,
    reject: Annotated[
        list[int] | None, typer.Option("--reject", help="Not this one; repeatable.")
    ] = None,
    label: Annotated[str, typer.Option(help="Label instead of the proposed one.")] = "",
    set: Set = "",
    who: Who = "",
    json: Json = False,
) -> None:
    """Confirm or reject proposals; without numbers it asks, one by one."""
    from motekit.core.errors import InputError
    from motekit.recordings.label_edit import change_all
    from motekit.recordings.proposals import Decision, decided, waiting

    store = _store(project)
    chosen = _chosen(store, names)
    asks = not (all_ or accept or reject)
    if asks and (json or not sys.stdin.isatty()):
        raise InputError("nothing says which", where="motekit label confirm",
                         way_out="--all, or --accept N and --reject N")  # fmt: skip
    said = {}
    for name in chosen:
        labels = store.labels(name)
        queue = waiting(labels, set or labels.use)
        if asks:
            yes, no = asked(name, labels, queue)
        else:
            numbers = range(len(queue)) if all_ else [n - 1 for n in accept or []]
            no = frozenset(n - 1 for n in reject or [])
            yes = {n: label or (queue[n].label if n < len(queue) else "") for n in numbers}
        yes = {n: text for n, text in yes.items() if n not in no}
        said[name] = Decision(yes, no, who or user(), time.time())
    change_all(store, chosen, lambda name, labels: decided(labels, set or labels.use, said[name]))
    show_labels(store, chosen, json)


@command.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="File, or folder of Audacity's files.")],
    project: Project = Path("."),
    format: Annotated[
        str, typer.Option(help="csv, audacity, label_studio or edge_impulse; told by content.")
    ] = "",
    set: Annotated[str, typer.Option("--set", help="Into this set.")] = "",
    who: Who = "",
    json: Json = False,
) -> None:
    """Take labels from CSV, Audacity, Label Studio or Edge Impulse.

    What the set said of these recordings before is replaced.
    """
    from motekit.recordings.label_files import import_labels

    done = import_labels(_store(project), path, format, set, who or user(), time.time())
    if json:
        emit({"labels": done.labels, "clipped": done.clipped, "unknown": list(done.unknown)})
        return
    say(f"{sum(done.labels.values())} labels for {len(done.labels)} recordings")
    if done.clipped:
        say(f"{done.clipped} ended after their recording, and end with it now")
    for name in done.unknown:
        say(f"not here: {name}")


@command.command("export")
def export(
    path: Annotated[Path, typer.Argument(help="File to write; a folder for Audacity.")],
    names: Annotated[list[str] | None, typer.Argument(help="Recordings; by default all.")] = None,
    project: Project = Path("."),
    format: Annotated[
        str, typer.Option(help="csv, audacity, label_studio or edge_impulse.")
    ] = "csv",
    set: Annotated[str, typer.Option("--set", help="This set; '*' for all.")] = "",
    json: Json = False,
) -> None:
    """Write labels for Audacity, Label Studio, Edge Impulse, or as CSV."""
    from motekit.recordings.label_files import export_labels

    store = _store(project)
    chosen = _chosen(store, names) if names else store.names()
    count = export_labels(store, path, format, chosen, set)
    if json:
        emit({"path": str(path), "labels": count, "recordings": len(chosen)})
    else:
        say(f"{count} labels of {len(chosen)} recordings in {path}")

"""motekit import"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from .console import Json, emit, progress, say


def _values(given: list[str]) -> dict[str, Any]:
    """`--set name=value` as TOML values: numbers, booleans, lists; anything else is text."""
    import tomllib

    from motekit.core.errors import InputError

    out: dict[str, Any] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals:
            raise InputError(
                "expected name=value", where="--set", value=item, way_out="such as --set rate_hz=50"
            )
        try:
            out[name] = tomllib.loads(f"v = {value}")["v"]
        except tomllib.TOMLDecodeError:
            out[name] = value
    return out


def _at_the_command_line(way_out: str, names: Iterable[str]) -> str:
    """A way out of a format's error, with how its parameters are given here."""
    import re

    told = re.sub(r"give (\w+) = '?(\w+)'?", r"give --set \1=\2", way_out)
    said = next((n for n in names if re.search(rf"\b(give|the|another) {n}\b|\({n}\)", told)), "")
    return f"{told} (--set {said}=VALUE)" if said and told == way_out else told


def command(
    files: Annotated[list[str], typer.Argument(help="Files, folders or globs.")],
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    format: Annotated[str, typer.Option(help="Format; by default by ending and content.")] = "",
    label: Annotated[str, typer.Option(help="Labels from names: auto, folder or none.")] = "auto",
    pattern: Annotated[str, typer.Option(help="Pattern such as '{label}/s{subject}'.")] = "",
    sidecar: Annotated[str, typer.Option(help="File with labels.")] = "",
    prefix: Annotated[str, typer.Option(help="Put before every recording's name.")] = "",
    overwrite: Annotated[bool, typer.Option(help="Replace recordings of the same name.")] = False,
    set: Annotated[
        list[str] | None, typer.Option("--set", help="Parameter of the format: name=value.")
    ] = None,
    json: Json = False,
) -> None:
    """Import recordings: CSV, Parquet, Edge Impulse JSON and CBOR, NPZ, WAV.

    Can be repeated and interrupted: what was imported before is not read again.
    """
    from motekit.core.errors import InputError
    from motekit.core.params import describe, from_mapping
    from motekit.recordings.formats import FORMATS
    from motekit.recordings.imports import ImportParams, import_files
    from motekit.recordings.store import Store
    from motekit.workflows.project import find

    given = {
        "format": format, "label": label, "pattern": pattern, "sidecar": sidecar,
        "prefix": prefix, "overwrite": overwrite,
    }  # fmt: skip
    options = from_mapping(ImportParams, given, "motekit import")
    store = Store.of_project(find(project))
    try:
        with progress(json) as report:
            done = import_files(
                store, files, options, _values(set or []),
                lambda n, total, note="": report("import", n, total, note),
            )  # fmt: skip
    except InputError as error:
        known = (
            info.name for name in FORMATS.names() for info in describe(FORMATS.get(name).params)
        )
        error.way_out = error.way_out and _at_the_command_line(error.way_out, known)
        raise
    if json:
        emit(done.as_dict())
        return
    counts: dict[str, int] = {}
    for added in done.recordings:
        counts[added.status] = counts.get(added.status, 0) + 1
    say(", ".join(f"{n} {status}" for status, n in counts.items()) or "nothing to import")
    for path in done.skipped:
        say(f"skipped {path}: no format knows it")
    say("next: motekit check")

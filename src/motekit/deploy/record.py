"""build.json: what a build is and costs, beside its files, for comparing builds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from motekit.core.errors import InputError

FILE = "build.json"
VERSION = 1
OLDER = Path("proof") / "verdict.json"  # what builds of pipelines had before there was a record


def write(folder: Path, found: Mapping[str, object]) -> Path:
    """Write a build's record; the same record gives the same bytes."""
    path = folder / FILE
    text = json.dumps({"record": VERSION, **found}, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def read(path: Path) -> dict[str, Any]:
    """The record of a build.

    Args:
        path: the build's folder, or its record itself.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    places = (path / FILE, path / OLDER) if path.is_dir() else (path,)
    place = next((p for p in places if p.is_file()), None)
    if place is None:
        raise InputError(
            "not a build: it has no build.json" if path.is_dir() else "no such file or folder",
            where=path,
            way_out="name a folder that motekit compile or motekit build wrote, such as "
            "build or builds/cortex-m4f",
        )
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("this record of a build cannot be read", where=place, value=str(error),
                         way_out=f"name a build's folder or its {FILE}") from error  # fmt: skip
    if place.name == OLDER.name and isinstance(found, dict) and "bill" in found:
        found = pipeline(path.name, path.name, found["bill"], ())
    if not _sound(found):
        raise InputError("this is no record of a build", where=place,
                         way_out=f"name a build's folder or its {FILE}")  # fmt: skip
    return dict(found)


def _sound(found: object) -> bool:
    """Whether a file has what readers of a record rely on."""
    if not isinstance(found, dict) or found.get("kind") not in ("network", "pipeline"):
        return False
    layers = found.get("layers")
    sizes = ("weight_bytes", "table_bytes")
    return isinstance(layers, list) and all(
        isinstance(row, dict) and "name" in row and all(isinstance(row.get(s), int) for s in sizes)
        for row in layers
    )


def pipeline(
    name: str, core: str, bill: Mapping[str, Any], layers: tuple[Mapping[str, object], ...],
    **how: object,
) -> dict[str, Any]:  # fmt: skip
    """The record of a whole program, from its bill."""
    cycles = bill["cycles"]
    parts = {f"cycles_{part}": value for part, value in cycles.items() if part != "total"}
    flash = {f"flash: {part}": value for part, value in bill["flash_by_part"].items()}
    kept = ("flash_bytes", "static_ram_bytes", "stack_bytes", "ram_bytes", "cycles_max")
    return {
        "kind": "pipeline",
        "name": name,
        "core": core,
        **how,
        "cycles": cycles["total"],
        "cycles_tag": bill["cycles_tag"],
        **{key: bill[key] for key in kept},
        **parts,
        **flash,
        "layers": [dict(row) for row in layers],
    }

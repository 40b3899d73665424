"""The feature map as a page of its own, with tables of what is known of the features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motekit.recordings.files import atomic_file, writing

from .charts import points
from .data import FeatureMap
from .render import environment, style


@dataclass(frozen=True)
class Table:
    """Cells as text; the first column names the row."""

    title: str
    lead: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def map_page(
    found: FeatureMap, title: str, tables: Sequence[Table] = (), remark: str = ""
) -> str:  # fmt: skip
    """One self-contained HTML file: no script, no external request.

    Args:
        remark: a sentence below the title.
    """
    template = environment().get_template("map.html.j2")
    return template.render(
        css=style(), title=title, chart=points.feature_map(found), found=found, tables=tables,
        remark=remark,
    )  # fmt: skip


def write_map(
    found: FeatureMap, folder: Path, title: str, tables: Sequence[Table] = (), remark: str = ""
) -> Path:  # fmt: skip
    """Write features.html into a folder; returns its path. Raises MachineError."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    path = folder / "features.html"
    with atomic_file(path) as out:
        out.write(map_page(found, title, tables, remark).encode("utf-8"))
    return path

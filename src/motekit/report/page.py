"""The feature map as a page of its own."""

from __future__ import annotations

from pathlib import Path

from motekit.recordings.files import atomic_file, writing

from .charts import points
from .data import FeatureMap
from .render import environment, style


def map_page(found: FeatureMap, title: str) -> str:
    """One self-contained HTML file: no script, no external request."""
    template = environment().get_template("map.html.j2")
    return template.render(css=style(), title=title, chart=points.feature_map(found), found=found)


def write_map(found: FeatureMap, folder: Path, title: str) -> Path:
    """Write features.html into a folder; returns its path. Raises MachineError."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    path = folder / "features.html"
    with atomic_file(path) as out:
        out.write(map_page(found, title).encode("utf-8"))
    return path

"""Put a report on disk, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from motekit.recordings.files import atomic_file, writing

from .data import ReportData
from .jsonable import report_json
from .render import render


def write_report(data: ReportData, folder: Path) -> tuple[Path, Path]:
    """Write report.html and report.json into a folder; returns their paths.

    Raises MachineError if the disk does not take them; nothing half-written stays behind.
    """
    html = render(data)
    figures = json.dumps(report_json(data), indent=1, ensure_ascii=False, allow_nan=False)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "report.html", folder / "report.json"
    for path, text in zip(paths, (html, f"{figures}\n"), strict=True):
        with atomic_file(path) as out:
            out.write(text.encode("utf-8"))
    return paths

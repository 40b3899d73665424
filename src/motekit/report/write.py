"""Put a report on disk, whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from motekit.core.errors import MachineError

from .data import ReportData
from .jsonable import report_json
from .render import render


def _replace(path: Path, text: str) -> None:
    """Write beside the file, then rename: a reader sees the old file or the new one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_report(data: ReportData, folder: Path) -> tuple[Path, Path]:
    """Write report.html and report.json into a folder; returns their paths.

    Raises MachineError if the disk does not take them; nothing half-written stays behind.
    """
    html, figures = folder / "report.html", folder / "report.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(html, render(data))
        _replace(figures, json.dumps(report_json(data), indent=1, ensure_ascii=False) + "\n")
    except OSError as error:
        raise MachineError(
            f"the report could not be written: {error.strerror}",
            where=folder,
            way_out="free some space or name another folder",
        ) from error
    return html, figures

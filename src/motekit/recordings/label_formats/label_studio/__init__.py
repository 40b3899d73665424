"""Label Studio's JSON: tasks with annotations of a time series, and predictions for proposals.

Label Studio documentation, "Import and export": a task has `data`, `annotations` and
`predictions`; each of these a `result` of regions of type `timeserieslabels` (value: start, end,
instant, timeserieslabels) or `choices`. Starts and ends are in the time column's unit, which is
seconds in the tasks that motekit writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from motekit.core.errors import InputError
from motekit.recordings.files import atomic_file
from motekit.recordings.label_formats import Export, LabelFormat, Mark, text_of
from motekit.recordings.label_sets import Annotation, State

SERIES: Final = "timeserieslabels"
NAMES: Final = ("recording", "name", "file_upload", "csv", "timeseries", "audio")


def read(path: Path) -> Iterator[Mark]:
    """Every annotation of every task; predictions are proposals."""
    try:
        tasks = json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", where=path) from error
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise InputError("expected a list of tasks", where=path,
                         way_out="export as JSON from Label Studio")  # fmt: skip
    for number, task in enumerate(tasks):
        where = f"{path}, task {number}"
        name = _name(task, where)
        states: tuple[tuple[str, State], ...] = (
            ("annotations", "confirmed"), ("predictions", "proposed"),
        )  # fmt: skip
        for key, state in states:
            for said in task.get(key) or []:
                if not isinstance(said, dict) or said.get("was_cancelled"):
                    continue
                for region in said.get("result") or []:
                    mark = _mark(name, region, said, state, where)
                    if mark is not None:
                        yield mark


def _name(task: dict[str, Any], where: str) -> str:
    data = task.get("data") or {}
    for source in (data, task):
        for key in NAMES:
            if isinstance(source.get(key), str):
                return str(source[key])
    raise InputError("the task does not name its recording", where=where,
                     way_out="give its data a field recording")  # fmt: skip


def _mark(name: str, region: Any, said: dict[str, Any], state: State, where: str) -> Mark | None:
    """A region as a label; None for kinds that say nothing about time series."""
    try:
        value, kind = region["value"], region["type"]
        if kind == SERIES:
            label = value[SERIES][0]
            start, stop = float(value["start"]), float(value["end"])
        elif kind == "choices":
            label, start, stop = value["choices"][0], None, None
        else:
            return None
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError("not a region of a time series", where=where,
                         value=str(region)[:60]) from error  # fmt: skip
    who = said.get("completed_by") if state == "confirmed" else None
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    instant = bool(value.get("instant")) or (start is not None and start == stop)
    what = Annotation(
        "recording" if start is None else "event" if instant else "segment", str(label),
        who=None if who is None else str(who), at=_when(said.get("created_at")), state=state,
        method=str(said.get("model_version") or "") if state == "proposed" else "",
    )  # fmt: skip
    return Mark(name, "", what, start, None if instant else stop, where=where)


def _when(text: object) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp() if text else None
    except ValueError:
        return None


def write(path: Path, exports: list[Export]) -> None:
    """A task for each recording, ready to be imported."""
    tasks = [_task(number, export) for number, export in enumerate(exports, 1)]
    with atomic_file(path) as handle:
        handle.write((json.dumps(tasks, indent=1, ensure_ascii=False) + "\n").encode())


def _task(number: int, export: Export) -> dict[str, Any]:
    said: dict[tuple[str, str, float], list[dict[str, Any]]] = {}
    for a in export.marks():
        key = (a.state, a.who or a.method, a.at or 0.0)
        said.setdefault(key, []).append(_region(export, a, len(said)))
    annotations = [
        {"completed_by": who, "created_at": _text(at), "result": result}
        for (state, who, at), result in said.items() if state == "confirmed"
    ]  # fmt: skip
    predictions = [
        {"model_version": method, "result": result}
        for (state, method, _), result in said.items() if state == "proposed"
    ]  # fmt: skip
    data = {"recording": export.name, "label_set": export.label_set}
    return {"id": number, "data": data, "annotations": annotations, "predictions": predictions}


def _text(at: float) -> str | None:
    return datetime.fromtimestamp(at, UTC).isoformat() if at else None


def _region(export: Export, a: Annotation, number: int) -> dict[str, Any]:
    head = {"id": f"{a.kind}-{a.start}-{a.stop}-{number}"}
    if a.kind == "recording":
        value: dict[str, Any] = {"choices": [a.label]}
        return {**head, "type": "choices", "from_name": "class", "to_name": "ts", "value": value}
    start = export.labels.seconds(a.start)
    stop = start if a.kind == "event" else export.labels.seconds(a.stop)
    value = {"start": start, "end": stop, "instant": a.kind == "event", SERIES: [a.label]}
    return {**head, "type": SERIES, "from_name": "label", "to_name": "ts", "value": value}


LABEL_FORMAT = LabelFormat(
    name="label_studio",
    summary="tasks of Label Studio with annotations and predictions, JSON",
    sniff=lambda name, head: (
        head.lstrip()[:1] == b"[" and (b'"annotations"' in head or b'"predictions"' in head)
    ),
    read=read,
    write=write,
    package=__name__,
)

"""The report's figures for machines."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from motekit.core.figures import Figure

from .data import ReportData

FORMAT = "motekit-report/1"


def plain(value: Any) -> Any:
    """A value of the report as JSON types.

    A Figure becomes {value, unit, tag, low?, high?}; a number that is not finite becomes null,
    because JSON has no word for it.
    """
    if isinstance(value, Figure):
        return {key: plain(item) for key, item in value.as_dict().items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def report_json(data: ReportData) -> dict[str, Any]:
    """Everything the HTML shows, as JSON types, under the dataclasses' field names."""
    out: dict[str, Any] = {"format": FORMAT, **plain(data)}
    if data.proof is not None:
        out["proof"]["holds"] = data.proof.holds
    for budget, entry in zip(data.budgets, out["budgets"], strict=True):
        entry["kept"] = budget.kept
    return out

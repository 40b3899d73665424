"""Numbers that we publish. Each carries its unit and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tag = Literal["measured", "emulated", "estimated"]


@dataclass(frozen=True)
class Figure:
    """A number for a report.

    Args:
        tag: "measured": read off the artefact itself (bytes of an ELF, an accuracy);
            "emulated": counted while the binary ran under a calibrated core model;
            "estimated": through a model without calibrated source.
        low, high: the interval it is known to lie in, where there is one.
    """

    value: float
    unit: str
    tag: Tag
    low: float | None = None
    high: float | None = None

    def as_dict(self) -> dict[str, object]:
        out: dict[str, object] = {"value": self.value, "unit": self.unit, "tag": self.tag}
        if self.low is not None:
            out["low"], out["high"] = self.low, self.high
        return out

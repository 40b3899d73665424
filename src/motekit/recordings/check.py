"""Check recordings before they are trusted: every finding with value, expectation and way out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from motekit.core.recording import Recording

from .checks import plausible, timing, values
from .checks.dataset import Dataset
from .checks.duplicates import Duplicates
from .checks.finding import ORDER, CheckParams, Finding

__all__ = ["CheckParams", "CheckReport", "Finding", "check"]


@dataclass(frozen=True)
class CheckReport:
    """All findings, worst first, and what was looked at.

    Args:
        recordings: how many there are.
        seconds: how long they are together.
    """

    findings: tuple[Finding, ...]
    recordings: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not any(finding.severity == "error" for finding in self.findings)

    def counts(self) -> dict[str, int]:
        """Findings by severity."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in ORDER}

    def as_dict(self) -> dict[str, Any]:
        return {
            "recordings": self.recordings,
            "seconds": self.seconds,
            "counts": self.counts(),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def check(recordings: Iterable[Recording], params: CheckParams | None = None) -> CheckReport:
    """Check recordings one at a time, so that only one has to be in memory."""
    params = params or CheckParams()
    found: list[Finding] = []
    dataset, duplicates = Dataset(params), Duplicates()
    seconds = 0.0
    for recording in recordings:
        for module in (timing, values, plausible):
            found += module.check(recording, params)
        dataset.add(recording)
        duplicates.add(recording)
        seconds += len(recording.streams[0]) / recording.streams[0].rate_hz
    found += duplicates.findings()
    found += dataset.findings()
    found.sort(key=lambda finding: ORDER.index(finding.severity))
    return CheckReport(tuple(found), dataset.count, seconds)

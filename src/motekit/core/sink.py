"""Where links put samples. A link acknowledges only what a sink has committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from .recording import Gap, Stream


class Sink(Protocol):
    """Durable receiver of samples.

    `session` names one boot of a device: within it the sample indices of a sensor never
    start over. Parts may come in any order; a part's `time_s` is on the host's clock (seconds
    since the Unix epoch).
    """

    def held(self, device: str, session: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        """What is committed, and what was reported lost: ranges (start, stop) of indices by
        sensor. Empty for a session that is not known."""

    def append(self, device: str, session: str, part: Stream) -> None:
        """Take consecutive samples of one sensor; `part.first_index` places them.

        Samples taken twice (same device, session, sensor and index) are stored once.
        """

    def lose(self, device: str, session: str, sensor: str, gap: Gap) -> None:
        """Take note of samples that will never come; twice is once."""

    def note(self, device: str, session: str, sensor: str, index: int, text: str) -> None:
        """Take a remark that the device made at a sample; twice is once."""

    def commit(self) -> None:
        """Return only when everything taken so far survives a pulled plug.

        Raises MachineError when it cannot be made durable; nothing may be acknowledged then.
        """

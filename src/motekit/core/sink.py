"""Where links put samples. A link acknowledges only what a sink has committed."""

from __future__ import annotations

from typing import Protocol

from .recording import Stream


class Sink(Protocol):
    """Durable receiver of samples."""

    def append(self, device: str, session: str, part: Stream) -> None:
        """Take consecutive samples of one sensor; `part.first_index` places them.

        Samples taken twice (same device, session, sensor and index) are stored once.
        """

    def commit(self) -> None:
        """Return only when everything appended so far survives a pulled plug.

        Raises MachineError when it cannot be made durable; nothing may be acknowledged then.
        """

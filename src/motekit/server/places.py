"""Where the server keeps its things below a project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from motekit.recordings.files import private_folder, writing


@dataclass(frozen=True)
class Places:
    """Paths below `<project>/.motekit`; nothing of it belongs in git."""

    project: Path

    @property
    def root(self) -> Path:
        return self.project / ".motekit"

    @property
    def keys(self) -> Path:
        return self.root / "keys.json"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    @property
    def blobs(self) -> Path:
        return self.spool / "blobs"

    @property
    def refused(self) -> Path:
        """Bytes that could not become a recording after they were acknowledged."""
        return self.spool / "refused"

    @property
    def live(self) -> Path:
        return self.spool / "live"

    @property
    def index(self) -> Path:
        return self.spool / "settled.sqlite"

    @property
    def server_lock(self) -> Path:
        return self.spool / "server.lock"

    @property
    def settler_lock(self) -> Path:
        return self.spool / "settler.lock"

    def make(self) -> Places:
        """Create the folders. Raises MachineError."""
        private_folder(self.root)
        with writing(self.spool):
            for folder in (self.spool, self.blobs, self.refused):
                folder.mkdir(mode=0o700, exist_ok=True)
        return self

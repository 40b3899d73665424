"""The server's log: one JSON object a line, no secrets, whatever strangers send."""

from __future__ import annotations

import json
import logging
import time
from typing import TextIO

LOG = logging.getLogger("motekit.server")
LONGEST = 200  # characters of anything that came from outside


def clip(text: str) -> str:
    """At most `LONGEST` characters."""
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def note(event: str, level: int = logging.INFO, **facts: object) -> None:
    """Write one event."""
    if LOG.isEnabledFor(level):
        shown = {k: clip(v) if isinstance(v, str) else v for k, v in facts.items()}
        LOG.log(level, event, extra={"facts": shown})


class JsonLines(logging.Formatter):
    """`{"at", "level", "event", …}`; ASCII only, so that no line can be forged."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": round(record.created, 3),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def to_stream(stream: TextIO, level: int = logging.INFO) -> None:
    """Send the log of the server, and uvicorn's complaints, to a stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    for name, least in (("motekit.server", level), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(least)
        logger.propagate = False


def stamp() -> float:
    """Seconds since the Unix epoch, to the millisecond."""
    return round(time.time(), 3)

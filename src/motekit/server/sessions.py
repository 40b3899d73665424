"""A token that opens the browser once, and the sessions it opens."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from .keys import SCOPES, Key, hashed

LASTS_S = 12 * 3600.0
MOST = 64


class Sessions:
    """Start-up tokens and browser sessions; both live in memory only, as hashes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens: set[str] = set()
        self._sessions: OrderedDict[str, tuple[float, Key]] = OrderedDict()

    def token(self) -> str:
        """A new token of 256 bits that can be exchanged once."""
        token = secrets.token_urlsafe(32)
        self._tokens.add(hashed(token))
        return token

    def exchange(self, token: str) -> str | None:
        """A session for a token; None if the token is not, or no longer, known."""
        name = hashed(token)
        if name not in self._tokens:
            return None
        self._tokens.discard(name)
        session = secrets.token_urlsafe(32)
        user = Key(f"browser-{secrets.token_hex(4)}", SCOPES, hashed(session))
        self._sessions[user.sha256] = (self._clock() + LASTS_S, user)
        while len(self._sessions) > MOST:
            self._sessions.popitem(last=False)
        return session

    def find(self, session: str) -> Key | None:
        """Who has this session; None if nobody, or no longer."""
        name = hashed(session)
        until, user = self._sessions.get(name, (0.0, None))
        if user is not None and self._clock() >= until:
            del self._sessions[name]
            return None
        return user

    def end(self, user: Key) -> None:
        """Forget a session."""
        self._sessions.pop(user.sha256, None)

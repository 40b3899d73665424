"""API keys with scopes, in a file that only its owner can read.

A key is stored as its SHA-256. That is enough: keys are random (256 bits) or long, so there is
nothing to guess. The HMAC key that signs files must be known to verify them and lies in the
same file in the clear.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from motekit.core.errors import InputError
from motekit.recordings.files import private_folder, sync_folder, writing

SCOPES = ("ingest", "read", "write")  # ingest neither reads nor lists; write includes read
SHORTEST = 32  # characters of a key that is brought along
FRESH_S = 0.5  # how long a revoked key may still be known
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


@dataclass(frozen=True)
class Key:
    """One key as it is stored: name, scopes, SHA-256 of the secret, HMAC key, time of birth."""

    name: str
    scopes: tuple[str, ...]
    sha256: str
    hmac_key: str = ""
    created: float = 0.0

    def allows(self, scope: str) -> bool:
        """Whether a route of this scope is open to it."""
        return scope in self.scopes or (scope == "read" and "write" in self.scopes)


def hashed(secret: str) -> str:
    """How a secret is stored and looked up."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _from_json(path: Path, entry: object) -> Key:
    if not isinstance(entry, dict):
        raise InputError("a key is not an object", where=path)
    try:
        return Key(
            name=str(entry["name"]), scopes=tuple(str(s) for s in entry["scopes"]),
            sha256=str(entry["sha256"]), hmac_key=str(entry["hmac_key"]),
            created=float(entry["created"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("a key is damaged", where=path, value=str(error)) from error


class KeyFile:
    """The keys of a project. Reads the file again when it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._keys: dict[str, Key] = {}
        self._state: tuple[int, int, int] | None = None
        self._looked = float("-inf")

    def find(self, secret: str) -> Key | None:
        """The key of a secret; a revoked one is forgotten within `FRESH_S`."""
        now = time.monotonic()
        if now - self._looked >= FRESH_S:
            self._looked = now
            self._refresh()
        return self._keys.get(hashed(secret))

    def all(self) -> list[Key]:
        """Every key, by name. Raises InputError if others could read the file."""
        self._refresh()
        return sorted(self._keys.values(), key=lambda key: key.name)

    def _refresh(self) -> None:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._keys, self._state = {}, None
            return
        state = (found.st_mtime_ns, found.st_size, found.st_ino)
        if state == self._state:
            return
        if os.name == "posix" and found.st_mode & 0o077:
            raise InputError("others can read the keys", where=self.path,
                             value=oct(found.st_mode & 0o777),
                             way_out=f"chmod 600 {self.path}")  # fmt: skip
        try:
            entries = [*json.loads(self.path.read_bytes())["keys"]]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InputError("the file of keys is damaged", where=self.path,
                             way_out="remove it and make new keys") from error  # fmt: skip
        keys = [_from_json(self.path, entry) for entry in entries]
        self._keys = {key.sha256: key for key in keys}
        self._state = state

    def add(self, name: str, scopes: tuple[str, ...], secret: str = "",
            hmac_key: str | None = "") -> tuple[str, str]:  # fmt: skip
        """Make a key; (secret, HMAC key), shown once. Raises InputError.

        Args:
            secret, hmac_key: brought along by devices that have theirs already; "" to make
                them. Without an HMAC key (None) signatures are not checked.
        """
        if not _NAME.fullmatch(name):
            raise InputError("a key's name has 1 to 63 letters, digits, '.', '_' and '-'",
                             where="key", value=name[:70])  # fmt: skip
        if not scopes or set(scopes) - set(SCOPES):
            raise InputError("unknown scope", where=f"key {name}", value=",".join(scopes),
                             way_out=f"one or more of: {', '.join(SCOPES)}")  # fmt: skip
        if any(key.name == name for key in self.all()):
            raise InputError("there is a key of this name", where=self.path, value=name,
                             way_out="revoke it first, or choose another name")  # fmt: skip
        if secret and len(secret) < SHORTEST:
            raise InputError(f"a key needs {SHORTEST} characters", where=f"key {name}",
                             value=f"{len(secret)} characters")  # fmt: skip
        secret = secret or f"mote_{secrets.token_urlsafe(32)}"
        hmac_key = "" if hmac_key is None else hmac_key or secrets.token_hex(16)
        if not (hmac_key.isascii() and secret.isascii()) or hashed(secret) in self._keys:
            raise InputError("the key is in use or not ASCII", where=f"key {name}")
        self._write([*self.all(), Key(name, scopes, hashed(secret), hmac_key, time.time())])
        return secret, hmac_key

    def revoke(self, name: str) -> None:
        """Forget a key. Raises InputError if there is none of this name."""
        kept = [key for key in self.all() if key.name != name]
        if len(kept) == len(self._keys):
            raise InputError("there is no key of this name", where=self.path, value=name)
        self._write(kept)

    def _write(self, keys: list[Key]) -> None:
        """Replace the file; it never exists with wider rights than 0600."""
        data = json.dumps({"keys": [asdict(key) for key in keys]}, indent=1).encode()
        with writing(self.path):
            private_folder(self.path.parent)
            number, name = tempfile.mkstemp(dir=self.path.parent, prefix=".part-")
            with os.fdopen(number, "wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(name, self.path)
            sync_folder(self.path.parent)
        self._state = None

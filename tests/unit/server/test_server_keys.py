"""Keys lie hashed in a file that only its owner reads."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from motekit.core.errors import InputError
from motekit.server.keys import KeyFile
from motekit.server.sessions import LASTS_S, MOST, Sessions


def test_a_key_is_stored_as_its_hash_in_a_private_file(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / ".motekit" / "keys.json")
    secret, hmac_key = file.add("door-1", ("ingest",))
    text = file.path.read_text()
    assert secret not in text and hmac_key in text
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o777 == 0o700
    assert (file.path.parent / ".gitignore").read_text() == "*\n"
    found = KeyFile(file.path).find(secret)
    assert found and found.name == "door-1" and found.allows("ingest") and not found.allows("read")
    assert KeyFile(file.path).find(secret + "x") is None


def test_write_includes_read_but_not_ingest(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    secret, _ = file.add("me", ("write",))
    found = file.find(secret)
    assert found and found.allows("read") and found.allows("write") and not found.allows("ingest")


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 64, "-a", "a\n"])
def test_odd_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        KeyFile(tmp_path / "keys.json").add(name, ("ingest",))


def test_what_else_is_refused(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    file.add("a", ("ingest",), "s" * 32)
    for name, scopes, secret in (
        ("a", ("ingest",), ""), ("b", ("all",), ""), ("b", (), ""), ("b", ("read",), "short"),
        ("b", ("read",), "s" * 32), ("b", ("read",), "é" * 40),
    ):  # fmt: skip
        with pytest.raises(InputError):
            file.add(name, scopes, secret)
    with pytest.raises(InputError):
        file.revoke("b")
    file.revoke("a")
    assert file.all() == []


@pytest.mark.skipif(os.name != "posix", reason="rights of files")
def test_a_file_that_others_read_is_refused(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    file.add("a", ("ingest",))
    file.path.chmod(0o644)
    with pytest.raises(InputError, match="others can read"):
        KeyFile(file.path).all()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"keys": 1}', '{"keys": [1]}', '{"keys": [{}]}'])
def test_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(InputError):
        KeyFile(path).all()
    path.write_text(json.dumps({"keys": []}))
    assert KeyFile(path).all() == []


def test_sessions_end_and_are_bounded() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    opened = [sessions.exchange(sessions.token()) for _ in range(MOST + 1)]
    assert sessions.find(opened[0] or "") is None, "the oldest had to go"
    assert sessions.find(opened[-1] or "")
    now[0] = LASTS_S
    assert sessions.find(opened[-1] or "") is None

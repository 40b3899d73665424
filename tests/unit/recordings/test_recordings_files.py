from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from motekit.core.errors import InputError, MachineError
from motekit.recordings.files import atomic_file, inside, reading, stem


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "x"
    with atomic_file(target) as handle:
        handle.write(b"new")
        assert not target.exists()
    assert target.read_bytes() == b"new" and list(tmp_path.iterdir()) == [target]
    assert target.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x")])
def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"old")
    with pytest.raises(type(error)), atomic_file(target) as handle:
        handle.write(b"half")
        raise error
    assert target.read_bytes() == b"old" and list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_each_call_that_fails_is_the_machines_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    target = tmp_path / "x"
    target.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(MachineError) as error, atomic_file(target) as handle:
            handle.write(b"half")
    assert error.value.exit_code == 3 and "x" in str(error.value.where)
    assert target.read_bytes() == b"old" and list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_the_machines_fault(tmp_path: Path) -> None:
    with pytest.raises(MachineError), atomic_file(tmp_path / "no" / "x"):
        pass


def test_reading_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "nothing"
    with pytest.raises(InputError) as error, reading(path):
        path.read_bytes()
    assert error.value.where == str(path)


@pytest.mark.parametrize(
    "given", ["../x", "/etc/passwd", "a/../../x", "a/b/../../../x", "\0", "..", "link/x"]
)
def test_paths_that_lead_outside_are_refused(tmp_path: Path, given: str) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(InputError, match="outside the project"):
        inside(root, given)


def test_paths_that_stay_inside_are_resolved(tmp_path: Path) -> None:
    assert inside(tmp_path, "a/../b") == tmp_path.resolve() / "b"
    assert inside(tmp_path, tmp_path / "b") == tmp_path.resolve() / "b"


@pytest.mark.parametrize(
    ("name", "called"),
    [("idle.0.cbor", "idle.0"), ("a.csv.gz", "a"), ("a", "a"), ("x.y.json", "x.y")],
)
def test_what_a_file_is_called(name: str, called: str) -> None:
    assert stem(name) == called

"""What an earlier build left in a folder. Only that may be removed: the rest is somebody's work."""

from __future__ import annotations

from pathlib import Path

from motekit.core.errors import InputError

from . import record

HEAD = 400  # bytes of a generated file in which it says who wrote it
SUFFIXES = (".c", ".h", ".inc")
MARKS = (record.FILE, "proof", "c")  # one of these is in every build


def clear_c(folder: Path) -> None:
    """Remove the C that motekit wrote to `folder`; other files stay.

    Raises InputError if there are files and none of them says that motekit wrote it.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise _not_ours(folder)
    files = [path for path in folder.iterdir() if path.suffix in SUFFIXES]
    names = [path.stem for path in files if path.suffix == ".c" and _signed(path)]
    if not names and any(folder.iterdir()):
        raise _not_ours(folder)
    for path in files:
        if any(path.stem == name or path.stem.startswith(f"{name}_") for name in names):
            path.unlink()


def require_build(folder: Path) -> None:
    """Raises InputError if `folder` holds something that no build of a pipeline wrote."""
    if not folder.exists():
        return
    if not folder.is_dir() or (
        any(folder.iterdir()) and not any((folder / mark).exists() for mark in MARKS)
    ):
        raise _not_ours(folder)


def _signed(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(HEAD)
    return head.startswith(f"/* {path.stem}: ".encode()) and b"motekit " in head


def _not_ours(folder: Path) -> InputError:
    return InputError(
        "this is in the way, and motekit did not write it", where=folder,
        way_out="name another folder with --out, or move it away",
    )  # fmt: skip

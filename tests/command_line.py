"""Run `motekit` in tests: in this process, or as a process of its own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from motekit.cli import main


@dataclass(frozen=True)
class Ended:
    """How a call ended."""

    code: int
    out: str
    err: str


def motekit(*arguments: object) -> Ended:
    """`motekit …` in this process."""
    out, err = io.StringIO(), io.StringIO()
    command = ["motekit", *map(str, arguments)]
    with (
        mock.patch.object(sys, "argv", command),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
    return Ended(code, out.getvalue(), err.getvalue())


def process(
    *arguments: object, cwd: Path | None = None, **environment: str
) -> subprocess.Popen[str]:
    """`motekit …` as a process in a group of its own, its output piped."""
    return subprocess.Popen(
        [sys.executable, "-m", "motekit", *map(str, arguments)],
        cwd=cwd, env={**os.environ, **environment}, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by path: to see whether anything changed."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }

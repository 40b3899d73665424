"""Builds take away what builds wrote, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from motekit import targets
from motekit.compiler.network_file import compile_network
from motekit.core.errors import InputError
from motekit.deploy.earlier import clear_c, require_build
from motekit.testing.specs import dense_graph


def test_own_c_goes_and_other_files_stay(tmp_path: Path) -> None:
    made = compile_network(
        dense_graph(4, (3,), 1 / 32), "net", targets.core("host").spec, version="1.0"
    )
    made.write(tmp_path)
    for name in ("main.c", "network.h", "notes.txt"):
        (tmp_path / name).write_text("mine, uses motekit")
    clear_c(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["main.c", "network.h", "notes.txt"]
    with pytest.raises(InputError, match="motekit did not write it"):
        clear_c(tmp_path)


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    clear_c(tmp_path / "none")
    clear_c(tmp_path)
    require_build(tmp_path)
    require_build(tmp_path / "none")
    (tmp_path / "thesis.txt").write_text("years")
    for refuses in (clear_c, require_build):
        with pytest.raises(InputError, match="move it away"):
            refuses(tmp_path)
        with pytest.raises(InputError, match="move it away"):
            refuses(tmp_path / "thesis.txt")
    (tmp_path / "build.json").write_text("{}")
    require_build(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years"

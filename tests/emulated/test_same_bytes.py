"""From one runs/ entry the C, the ELF and the proof pack are the same bytes: whatever folder,
working directory, environment, cache and place of installation they are made in."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_project import imported

import motekit
from motekit.targets.cache import cache_dir
from motekit.workflows import api
from motekit.workflows.build import build_run
from motekit.workflows.project import load

PACKAGE = Path(motekit.__file__).parent


def silent(what: str, done: int, total: int, note: str = "") -> None:
    """Nobody is watching."""


def bytes_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file by its path below the folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained project."""
    project = imported(tmp_path_factory.mktemp("same"))
    api.train(project)
    return project


def run_of(project: Path) -> Path:
    return next(path for path in (project / "runs").iterdir() if path.is_dir())


@pytest.mark.parametrize(
    "core,compiler", [("cortex-m4f", "zig"), ("cortex-m4f", "gcc"), ("cortex-m0plus", "zig")]
)
def test_two_folders_get_the_same_bytes(
    project: Path, core: str, compiler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if compiler == "gcc" and shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("needs arm-none-eabi-gcc on the PATH")
    text = (project / "mote.toml").read_text()
    elsewhere = tmp_path / "a project of another name"
    elsewhere.mkdir()
    (elsewhere / "mote.toml").write_text(text + f'\n[target]\ncompiler = "{compiler}"\n')
    settings = load(elsewhere)
    moved = shutil.copytree(run_of(project), tmp_path / "moved run")
    here = build_run(project, settings, run_of(project), core, tmp_path / "here", silent)
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("MOTEKIT_CACHE", str(fresh_cache(tmp_path)))
    there = build_run(elsewhere, settings, moved, core, None, silent)
    assert here.c_dir.parent != there.c_dir.parent
    assert bytes_of(here.c_dir.parent) == bytes_of(there.c_dir.parent)


def fresh_cache(folder: Path) -> Path:
    """A cache with what Zig builds of itself and nothing of ours."""
    made = folder / "cache"
    made.mkdir()
    for part in ("zig", "compiler_rt"):
        (made / part).symlink_to(cache_dir(part))
    return made


def test_another_place_of_installation_gives_the_same_bytes(project: Path, tmp_path: Path) -> None:
    """A copy of the package, run by a process of another environment."""
    ignore = shutil.ignore_patterns("__pycache__", "test_*")
    shutil.copytree(PACKAGE, tmp_path / "site" / "motekit", ignore=ignore)
    environment = {
        **os.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONHASHSEED": "7",
        "MOTEKIT_CACHE": str(fresh_cache(tmp_path)), "TZ": "Asia/Kathmandu", "LC_ALL": "C",
        "HOME": str(tmp_path), "SOURCE_DATE_EPOCH": "1000000000",
    }  # fmt: skip
    code = (
        "import motekit, sys; assert motekit.__file__.startswith(sys.argv.pop(1)), "
        "motekit.__file__; from motekit.cli import main; main()"
    )
    arguments = ["build", "--project", str(project), "--out", "out"]
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(tmp_path / "site"), *arguments],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    api.build(project)
    there = bytes_of(tmp_path / "out" / "cortex-m4f")
    assert there == bytes_of(project / "builds" / "cortex-m4f")
    assert {"gestures.elf", "c/gestures.c", "proof/manifest.json", "proof/runner/gestures_runner.c"
            } <= set(there)  # fmt: skip


def test_nothing_of_the_machine_or_the_day_is_in_a_build(project: Path, tmp_path: Path) -> None:
    built = build_run(project, load(project), None, "", tmp_path / "out", silent)
    for path in built.c_dir.parent.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for trace in (str(tmp_path), str(PACKAGE), str(project), str(Path.home()) + "/"):
                assert trace.encode() not in data, f"{path.name} holds {trace}"


def test_the_same_training_is_the_same_run(project: Path, tmp_path: Path) -> None:
    """Trained again from the recordings, in another folder: the same id and the same bytes."""
    again = tmp_path / "again"
    again.mkdir()
    shutil.copy(project / "mote.toml", again)
    shutil.copytree(project / "recordings", again / "recordings")
    api.train(again)
    assert run_of(again).name == run_of(project).name
    assert bytes_of(run_of(again)) == bytes_of(run_of(project))

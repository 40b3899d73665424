"""Verbs used wrongly: exit 2 and one line, in a project, outside of one, on no project at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import files_of, motekit
from small_project import write_project

from motekit.cli.console import counted

IN_A_PROJECT = (
    ("import", "x.csv"), ("check",), ("train",), ("build",), ("test",), ("prove",),
    ("prove", "--matrix"),
)  # fmt: skip


def refused(*arguments: object) -> str:
    """The one line."""
    ended = motekit(*arguments)
    assert (ended.code, ended.out) == (2, ""), ended
    assert ended.err.startswith("motekit: ") and ended.err.count("\n") == 1, ended.err
    assert "; " in ended.err, f"no way out: {ended.err}"
    return ended.err


@pytest.mark.parametrize("verb", IN_A_PROJECT, ids=" ".join)
def test_outside_a_project(verb: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("x")
    for place in (tmp_path, tmp_path / "missing", tmp_path / "a file"):
        assert "motekit new NAME" in refused(*verb, "--project", place)
    assert set(files_of(tmp_path)) == {"a file"}


def test_a_folder_that_is_not_there_is_not_the_project_above_it(tmp_path: Path) -> None:
    write_project(tmp_path)
    assert "there is no such folder" in refused("train", "--project", tmp_path / "missing")


WRONG = (
    (("frobnicate",), "'frobnicate'"),
    (("import",), "'files'"),
    (("import", "--nope"), "--nope"),
    (("train", "extra"), "extra"),
    (("demo",), "'folder'"),
    (("new",), "'folder'"),
    (("prove", "--windows", "0"), "--windows"),
    (("prove", "--windows", "many"), "--windows"),
    (("prove", "--serial", "/dev/null"), "a board needs both"),
    (("compile",), "'model'"),
    (("compile", "none.tflite"), "none.tflite"),
)


@pytest.mark.parametrize("arguments,says", WRONG, ids=lambda value: str(value))
def test_wrong_arguments(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = files_of(tmp_path)
    assert says in refused(*arguments)
    assert files_of(tmp_path) == before


def test_before_anything_was_trained(tmp_path: Path) -> None:
    write_project(tmp_path)
    for verb in ("build", "prove"):
        assert "run: motekit train" in refused(verb, "--project", tmp_path)
    assert "not a finished run" in refused("build", "--run", tmp_path, "--project", tmp_path)
    assert "'z80'" in refused("build", "--core", "z80", "--project", tmp_path)
    assert "no emulator" in refused("build", "--core", "host", "--project", tmp_path)


def test_new(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("x")
    write_project(tmp_path / "taken")
    before = files_of(tmp_path)
    assert "a project already" in refused("new", tmp_path / "taken")
    assert "a file is where" in refused("new", tmp_path / "a file")
    assert "a file is where" in refused("new", tmp_path / "a file" / "inside")
    assert "'1abc'" in refused("new", tmp_path / "1abc")
    assert "stdint.h" in refused("new", tmp_path / "stdint")
    assert files_of(tmp_path) == before and not (tmp_path / "1abc").exists()


def test_new_tells_the_task_and_quotes_the_folder(tmp_path: Path) -> None:
    said = motekit("new", tmp_path / "a b")
    assert said.code == 0 and f"--project '{tmp_path}/a b'" in said.out
    told = json.loads(motekit("new", tmp_path / "c", "--task", "anomaly", "--json").out)
    assert (told["name"], told["task"]) == ("c", "anomaly")


def test_check_of_nothing_says_what_comes_next(tmp_path: Path) -> None:
    write_project(tmp_path)
    said = motekit("check", "--project", tmp_path)
    assert said.code == 0 and "0 recordings" in said.out and "motekit import FILES" in said.out


def test_things_are_counted_in_words_that_agree() -> None:
    assert [counted(n, "error") for n in (0, 1, 2, 1000)] == [
        "0 errors", "1 error", "2 errors", "1,000 errors",
    ]  # fmt: skip


def test_new_keeps_what_git_ignores_already(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / ".gitignore").write_text("*.o\n")
    assert motekit("new", tmp_path / "mine").code == 0
    assert (tmp_path / "mine" / ".gitignore").read_text() == "*.o\n"


def test_demo_wants_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("x")
    before = files_of(tmp_path)
    assert "not empty" in refused("demo", tmp_path)
    assert "a file is where" in refused("demo", tmp_path / "a file")
    assert files_of(tmp_path) == before


def test_demo_leaves_other_projects_alone(tmp_path: Path) -> None:
    from small_project import imported

    project = imported(tmp_path)
    before = files_of(project)
    assert "recordings of its own" in refused("demo", project)
    assert files_of(project) == before


def test_unexpected_errors_are_one_line_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of motekit itself: exit 3, no traceback unless it is asked for."""
    from motekit.workflows import new

    def broken(*arguments: object) -> str:
        raise ZeroDivisionError("twice\nover")

    monkeypatch.setattr(new, "new", broken)
    monkeypatch.delenv("MOTEKIT_DEBUG", raising=False)
    ended = motekit("new", tmp_path / "x")
    assert (ended.code, ended.out) == (3, "") and ended.err.count("\n") == 1
    assert "ZeroDivisionError: twice over" in ended.err and "MOTEKIT_DEBUG=1" in ended.err
    monkeypatch.setenv("MOTEKIT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        motekit("new", tmp_path / "x")


def test_an_interrupt_says_that_the_work_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from motekit.workflows import new

    def broken(*arguments: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(new, "new", broken)
    ended = motekit("new", tmp_path / "x")
    assert (ended.code, ended.out) == (130, "")
    assert ended.err.strip() == "motekit: interrupted; run the same command again to go on"

"""Adding a plugin changes one folder.

`tests/templates/` mirrors `src/motekit/`: each template lies where its plugin would. All of them
go into a copy of the tree; nothing else in it is touched, and then each has to be found, meet its
contract and keep to its layer. A new family joins by putting a template here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from motekit.core.errors import InputError
from motekit.core.registry import Registry

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "tests" / "templates"

FIND = """
import importlib, json, sys
from motekit import cli, targets
from motekit.core.registry import Registry

def names(family):
    if family == "cli":
        return cli.verbs()
    if family == "targets/boards":
        return targets.boards()
    package = "motekit." + family.replace("/", ".")
    if package.endswith(".kernels"):
        from motekit.graph.ops import kernels
        return kernels(family.split("/")[-2]).names()
    for name in (package, package.rpartition(".")[0]):
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, Registry) and value.package == package:
                return value.names()
    return ()

print(json.dumps({family: list(names(family)) for family in sys.argv[1:]}))
"""


BUILD = """
import json, tempfile
from pathlib import Path
import numpy as np
from motekit import targets
from motekit.compiler.network_file import compile_network
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.deploy.layers import layer_cycles
from motekit.deploy.network import random_cases
from motekit.deploy.network_program import assemble, differences
from motekit.graph import check, run

type_ = TensorType((1, 64), "int8", QuantParams((0.5,), (0,)))
ops = (Op("negate", "negate", ("x",), ("y",), {"rounding": "double"}),
       Op("relu", "relu", ("y",), ("z",), {"bounds": (0.0,), "rounding": "double"}))
graph = check(Graph("toy", {n: Tensor(n, type_) for n in "xyz"}, ops, ("x",), ("z",)))
cases = random_cases(graph, 6)
chosen = {}
for core in ("cortex-m4f", "cortex-m0plus"):
    generated = compile_network(graph, "toy", targets.core(core).spec)
    program = assemble(graph, generated, core, Path(tempfile.mkdtemp()), "zig", "-Os")
    outputs, bill, _ = program.run(cases)
    assert differences(outputs, [run(graph, case) for case in cases]) == 0
    taken = layer_cycles(program, cases).by_layer
    assert bill.cycles > 0 and min(taken.values()) > 0
    assert all(row["why"] for row in generated.layers)
    chosen[core] = [[row["name"], row["kernel"]] for row in generated.layers]
print(json.dumps(chosen))
"""


def templates() -> list[str]:
    """Paths of all templates relative to src/motekit: what is there and is not in the tree."""
    found: list[str] = []
    for path in sorted(TEMPLATES.rglob("*")):
        place = path.relative_to(TEMPLATES).as_posix()
        new = not (ROOT / "src" / "motekit" / place).exists()
        if new and path.name != "__pycache__" and not any(place.startswith(f"{f}/") for f in found):
            found.append(place)
    return found


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Python with the copy's package in place of the installed one."""
    env = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, check=False,
        timeout=900,  # a template that hangs fails here and does not stop the whole run
    )  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed tree with all templates dropped into it."""
    folder = tmp_path_factory.mktemp("tree")
    ignore = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(ROOT / "src", folder / "src", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "before")
    shutil.copytree(TEMPLATES, folder / "src" / "motekit", dirs_exist_ok=True, ignore=ignore)
    return folder


def test_there_is_a_template_of_every_plugin_family() -> None:
    families = {Path(t).parent.as_posix() for t in templates()}
    assert families >= {
        "cli", "dsp/blocks", "graph/importers", "graph/ops", "graph/ops/relu/kernels",
        "models/learners", "recordings/formats", "recordings/label_formats", "targets/boards",
        "targets/cores",
    }  # fmt: skip


def test_exactly_the_templates_own_folders_changed(copy: Path) -> None:
    changed = git(copy, "status", "--porcelain", "--untracked-files=normal").splitlines()
    assert [line.rstrip("/") for line in changed] == [f"?? src/motekit/{t}" for t in templates()]


def test_every_template_is_found(copy: Path) -> None:
    families = sorted({Path(t).parent.as_posix() for t in templates()})
    done = python(copy, "-c", FIND, *families)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    for template in templates():
        path = Path(template)
        names = [name.replace("-", "_") for name in found[path.parent.as_posix()]]
        assert path.stem in names, f"{template} is not among {names}"


def test_every_template_meets_its_contract(copy: Path) -> None:
    tests = [str(p) for t in templates() for p in (copy / "src/motekit" / t).rglob("test_*.py")]
    assert len(tests) >= 5
    done = python(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_new_op_and_the_new_variant_are_compiled_proven_and_explained(copy: Path) -> None:
    """Through every stage that knows ops: passes, choice, C, emulated core, record, explanation."""
    done = python(copy, "-c", BUILD)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found == {
        "cortex-m4f": [["negate", "lookup"], ["relu", "dsp"]],
        "cortex-m0plus": [["negate", "lookup"], ["relu", "lookup"]],
    }


def test_the_layers_still_hold(copy: Path) -> None:
    for path in (copy / "src").rglob("test_*.py"):
        path.unlink()
    done = python(
        copy, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"
    )
    assert done.returncode == 0, done.stdout


def test_a_verb_from_a_new_file_runs(copy: Path) -> None:
    done = python(copy, "-c", "from motekit.cli import main; main()", "greet", "mote")
    assert (done.returncode, done.stdout) == (0, "hello mote\n"), done.stderr


def test_a_plugin_of_another_package_joins_by_entry_point_and_never_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = tmp_path / "family_of_tests" / "mine"
    family.mkdir(parents=True)
    (family.parent / "__init__.py").write_text("")
    (family / "__init__.py").write_text("THING = 'ours'\n")
    (tmp_path / "other_package.py").write_text("THING = 'theirs'\n")
    info = tmp_path / "other-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    points = info / "entry_points.txt"
    points.write_text("[motekit.things]\ntheirs = other_package\n")
    monkeypatch.syspath_prepend(tmp_path)

    def registry() -> Registry[str]:
        return Registry("family_of_tests", "THING", "thing", "motekit.things")

    assert registry().names() == ("mine", "theirs")
    assert (registry().get("mine"), registry().get("theirs")) == ("ours", "theirs")
    points.write_text("[motekit.things]\nmine = other_package\n")
    with pytest.raises(InputError, match="two plugins are called 'mine'"):
        registry().names()

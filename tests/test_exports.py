"""The public face: few names, each documented, none costing anything until used."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import motekit

ROOT = Path(__file__).parents[1]
HEAVY = {
    "ai_edge_litert", "duckdb", "jax", "numpy", "optax", "pyarrow", "scipy", "sklearn", "starlette",
    "unicorn", "uvicorn",
}  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """Top-level modules in memory after running some Python in a fresh process."""
    show = "import sys, json; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{show}"], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_at_most_25_public_names_all_of_them_there() -> None:
    assert len(motekit.__all__) <= 25
    assert len(set(motekit.__all__)) == len(motekit.__all__)
    for name in motekit.__all__:
        assert getattr(motekit, name) is not None
        assert name in dir(motekit)


def test_every_public_function_and_class_says_what_it_is() -> None:
    for name in motekit.__all__:
        value = getattr(motekit, name)
        if callable(value):
            assert inspect.getdoc(value), f"motekit.{name} has no docstring"


def test_importing_motekit_imports_nothing_heavy() -> None:
    assert not loaded_by("import motekit") & HEAVY


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = motekit.no_such_name


def test_no_name_of_a_package_hides_behind_its_own_sub_package() -> None:
    """Importing motekit.a.b sets the name b of motekit.a, whatever b was before."""
    for path in sorted((ROOT / "src" / "motekit").rglob("__init__.py")):
        inside = {p.stem for p in path.parent.glob("*.py")}
        inside |= {p.parent.name for p in path.parent.glob("*/__init__.py")}
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                inside -= {node.module}  # imported already: what follows stays what it is
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert node.name not in inside, f"{path}: {node.name} is also a module"

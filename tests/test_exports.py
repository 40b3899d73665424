"""The public face: few names, each documented, none costing anything until used."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import pytest

import motekit

HEAVY = {
    "ai_edge_litert", "duckdb", "fastapi", "jax", "numpy", "optax", "pyarrow", "scipy", "sklearn",
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

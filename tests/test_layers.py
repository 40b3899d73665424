"""Data flows one way, and breaking that is noticed."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = next(x for x in (ROOT / "DESIGN.md").read_text().splitlines() if x.startswith("core ←"))
LAYERS = ORDER.split(" ← ")


def copy_tree(folder: Path) -> Path:
    """The product code alone: no test files, no caches."""
    shutil.copytree(
        ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "test_*.py")
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path) -> tuple[int, str]:
    """Exit code and text of import-linter over a copy."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()",
         "--no-cache"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "200"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_the_tree_keeps_every_contract(tmp_path: Path) -> None:
    code, text = lint(copy_tree(tmp_path))
    assert code == 0, text
    assert " 0 broken" in text


def test_every_seeded_backward_import_is_reported(tmp_path: Path) -> None:
    tree = copy_tree(tmp_path)
    package = tree / "src" / "motekit"
    for left, right in itertools.pairwise(LAYERS):
        (package / left / "seeded.py").write_text(f"import motekit.{right}\n")
    code, text = lint(tree)
    assert code == 1
    for left, right in itertools.pairwise(LAYERS):
        assert f"motekit.{left} is not allowed to import motekit.{right}:" in text, (left, right)


@pytest.mark.parametrize(
    ("where", "line", "named"),
    [
        ("dsp/blocks/raw/seeded.py", "import motekit.dsp.blocks.flatten", "motekit.dsp.blocks.raw"),
        ("core/seeded.py", "import motekit.testing.specs", "motekit.testing"),
        ("newcomer/__init__.py", "", "motekit.newcomer"),
        # An import inside a function is an import all the same.
        ("core/seeded.py", "def f():\n    import motekit.cli", "motekit.core"),
    ],
    ids=["block imports block", "product imports test kit", "package without a layer", "hidden"],
)
def test_other_seeded_faults_are_reported(
    tmp_path: Path, where: str, line: str, named: str
) -> None:
    tree = copy_tree(tmp_path)
    seeded = tree / "src" / "motekit" / where
    seeded.parent.mkdir(exist_ok=True)
    seeded.write_text(line + "\n")
    code, text = lint(tree)
    assert code == 1 and named in text, text

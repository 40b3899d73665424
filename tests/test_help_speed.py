"""`motekit --help` imports nothing heavy, so that it answers at once."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable

import pytest

# Typer itself loads pydantic (some 45 ms) as soon as a command takes an option, so it is not here.
HEAVY = {
    "ai_edge_litert", "asyncio", "bleak", "duckdb", "elftools", "flatbuffers", "jax",
    "numpy", "optax", "paho", "pyarrow", "scipy", "serial", "sklearn", "unicorn",
    "starlette", "uvicorn",
}  # fmt: skip

RUN = """
import json, sys
from motekit.cli import main
sys.argv = ["motekit", *{arguments!r}]
try:
    main()
except SystemExit as end:
    code = end.code or 0
print(json.dumps([code, sorted({{m.split(".")[0] for m in sys.modules}})]), file=sys.stderr)
"""


def run(*arguments: str) -> tuple[int, set[str], str, float]:
    """(exit code, top-level modules, standard output, CPU seconds) of one motekit call."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(arguments=arguments)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return code, set(modules), done.stdout, spent


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ()])
def test_help_imports_nothing_heavy(
    arguments: tuple[str, ...], record_property: Callable[[str, object], None]
) -> None:
    code, modules, out, spent = run(*arguments)
    record_property("cpu_seconds", spent)
    print(f"motekit {' '.join(arguments)}: {spent:.2f} s of CPU")
    assert code == 0 and "motekit" in out
    assert not modules & HEAVY


def test_help_of_every_verb_imports_nothing_heavy() -> None:
    from motekit.cli import verbs

    for verb in verbs():
        code, modules, out, _ = run(verb, "--help")
        assert code == 0 and out.strip(), verb
        assert not modules & HEAVY, f"motekit {verb} --help imports {sorted(modules & HEAVY)}"

"""constraints.txt pins all that pyproject.toml asks for, to versions it allows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_every_requirement_has_a_pin_that_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    known = pins()
    for text in [*project["dependencies"], *(line for extra in extras for line in extra)]:
        need = Requirement(text)
        name = canonicalize_name(need.name)
        if name != "motekit":
            assert name in known, f"{name} is not in constraints.txt; run make constraints"
            assert need.specifier.contains(known[name]), f"{text} excludes {known[name]}"


def test_no_hashes_no_hosts_one_line_each() -> None:
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert "--hash" not in text and "://" not in text
    names = [line.split("==")[0] for line in text.splitlines() if not line.startswith("#")]
    assert names == sorted(set(names))
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)

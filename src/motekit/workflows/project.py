"""The project file, mote.toml: what a pipeline is made of. Plain text that git and people read.

Every table is a frozen dataclass described with core.params, so that an unknown name, a wrong
type or a value out of range is refused with the table, the field, the value and the way out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from motekit import dsp, models, targets
from motekit.core.errors import InputError
from motekit.core.params import from_mapping, param
from motekit.core.pipeline import BlockUse
from motekit.models.augment import AugmentParams
from motekit.recordings.windows import WindowParams

FILE = "mote.toml"
TABLES = (
    "signal", "blocks", "classifier", "recipes", "anomaly", "augment", "decision", "target",
    "budget",
)  # fmt: skip
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True)
class SignalTable(WindowParams):
    """[signal]: which sensor, how it is cut into windows, what a split keeps together."""

    split_by: str = param(
        "subject", "what a split never tears apart", choices=("subject", "session", "recording")
    )


@dataclass(frozen=True)
class DecisionTable:
    """[decision]: from scores of windows to decisions."""

    threshold: float = param(0.6, "probability a class must reach", minimum=0.0, maximum=1.0)
    smooth: int = param(1, "windows to average over", minimum=1, maximum=64)
    hold_off: int = param(0, "windows without a decision after one", minimum=0, maximum=65535)


@dataclass(frozen=True)
class TargetTable:
    """[target]: what it is built for."""

    core: str = param("cortex-m4f", "core to build and prove on")
    board: str = param("nrf52840", "board whose clock, energy and battery the report uses")
    compiler: str = param("zig", "compiler", choices=("zig", "gcc"))
    optimize: str = param("speed", "what kernels are chosen for", choices=("speed", "ram", "flash"))


@dataclass(frozen=True)
class BudgetTable:
    """[budget]: limits that fail a build; 0 is no limit."""

    flash_bytes: int = param(0, "flash of the whole program", unit="B", minimum=0)
    ram_bytes: int = param(0, "static RAM and stack of the whole program", unit="B", minimum=0)
    cycles: int = param(0, "cycles of one window", minimum=0)


@dataclass(frozen=True)
class LearnerUse:
    """A learner in a project: plugin name and its Params value."""

    learner: str
    params: Any


@dataclass(frozen=True)
class Recipe:
    """One way to build the classifier: blocks and a learner."""

    name: str
    blocks: tuple[BlockUse, ...]
    classifier: LearnerUse


@dataclass(frozen=True)
class Project:
    """A project file, read and checked.

    Args:
        recipes: from the cheapest to the dearest; training chooses among them by inner folds.
    """

    name: str
    seeds: tuple[int, ...]
    signal: SignalTable
    recipes: tuple[Recipe, ...]
    anomaly: LearnerUse | None = None
    augment: AugmentParams = field(default_factory=AugmentParams)
    decision: DecisionTable = field(default_factory=DecisionTable)
    target: TargetTable = field(default_factory=TargetTable)
    budget: BudgetTable = field(default_factory=BudgetTable)


def find(start: Path) -> Path:
    """The project folder: `start` or the nearest parent with a mote.toml. Raises InputError."""
    for folder in (start, *start.resolve().parents):
        if (folder / FILE).is_file():
            return folder
    raise InputError(
        f"no {FILE} here or in any folder above",
        where=start,
        way_out="make a project with: motekit new NAME",
    )


def load(folder: Path) -> Project:
    """Read and check a project file. Raises InputError naming file, table, field and value."""
    path = folder / FILE
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not a TOML file: {error}", where=path) from error
    return from_table(raw, str(path))


def from_table(raw: Mapping[str, Any], where: str) -> Project:
    """A Project from parsed TOML."""
    unknown = [key for key in raw if key not in (*TABLES, "name", "seeds")]
    if unknown:
        raise InputError("unknown table or field", where=where, value=unknown[0],
                         way_out=f"known: name, seeds, {', '.join(TABLES)}")  # fmt: skip
    name = raw.get("name", "")
    if not isinstance(name, str) or not IDENTIFIER.fullmatch(name):
        raise InputError(
            "the name becomes the prefix of every C symbol: a lower-case letter, then letters, "
            "digits or _, at most 31",
            where=f"{where}: name",
            value=name,
        )
    project = Project(
        name=name,
        seeds=_seeds(raw.get("seeds", [1]), where),
        signal=_table(SignalTable, raw, "signal", where),
        recipes=_recipes(raw, where),
        anomaly=_learner(raw, "anomaly", where) if "anomaly" in raw else None,
        augment=_table(AugmentParams, raw, "augment", where),
        decision=_table(DecisionTable, raw, "decision", where),
        target=_table(TargetTable, raw, "target", where),
        budget=_table(BudgetTable, raw, "budget", where),
    )
    targets.core(project.target.core)
    board = targets.board(project.target.board)
    if board.core != project.target.core:
        raise InputError(
            f"this board has the core {board.core}", where=f"{where}: target.board",
            value=board.name, way_out=f"set target.core to {board.core} or choose another board",
        )  # fmt: skip
    return project


def _seeds(given: Any, where: str) -> tuple[int, ...]:
    good = isinstance(given, list) and given and all(type(s) is int for s in given)
    if not good or len(set(given)) != len(given) or not all(0 <= s < 2**31 for s in given):
        raise InputError(
            "expected a list of different whole numbers from 0", where=f"{where}: seeds",
            value=given,
        )  # fmt: skip
    return tuple(given)


def _recipes(raw: Mapping[str, Any], where: str) -> tuple[Recipe, ...]:
    """[[recipes]], or the one that [[blocks]] and [classifier] make."""
    tables = raw.get("recipes")
    if tables is None:
        if "classifier" not in raw:
            raise InputError("nothing to learn", where=where, way_out="add [classifier]")
        own = {key: raw[key] for key in ("blocks", "classifier") if key in raw}
        tables, places = [{"name": "recipe", **own}], [where]
    else:
        if "blocks" in raw or "classifier" in raw:
            raise InputError(
                "[[recipes]] take the place of [[blocks]] and [classifier]", where=where
            )
        if not isinstance(tables, list) or not tables:
            raise InputError("expected [[recipes]] tables", where=where, value=tables)
        places = [f"{where}: recipes[{i}]" for i in range(len(tables))]
    return tuple(_recipe(t, place) for t, place in zip(tables, places, strict=True))


def _recipe(table: Any, where: str) -> Recipe:
    if not isinstance(table, Mapping):
        raise InputError("expected a table", where=where, value=table)
    unknown = [key for key in table if key not in ("name", "blocks", "classifier")]
    if unknown:
        raise InputError("unknown field", where=where, value=unknown[0],
                         way_out="known: name, blocks, classifier")  # fmt: skip
    name = _named(table, "name", where)
    if "classifier" not in table:
        raise InputError("a recipe needs a classifier", where=where, value=name)
    blocks = _blocks(table.get("blocks", []), where)
    return Recipe(name, blocks, _learner(table, "classifier", where))


def _table(kind: type[Any], raw: Mapping[str, Any], name: str, where: str) -> Any:
    given = raw.get(name, {})
    if not isinstance(given, Mapping):
        raise InputError("expected a table", where=f"{where}: {name}", value=given)
    return from_mapping(kind, given, f"{where}: {name}")


def _blocks(given: Any, where: str) -> tuple[BlockUse, ...]:
    if not isinstance(given, list) or not given or not all(isinstance(b, dict) for b in given):
        raise InputError("at least one [[blocks]] table is needed", where=where,
                         way_out=f"blocks: {', '.join(dsp.block_names())}")  # fmt: skip
    uses = []
    for i, table in enumerate(given):
        place = f"{where}: blocks[{i}]"
        rest = {k: v for k, v in table.items() if k not in ("block", "channels")}
        block = dsp.block(_named(table, "block", place))
        channels = table.get("channels", [])
        if not isinstance(channels, list) or not all(type(c) is int and c >= 0 for c in channels):
            raise InputError("expected a list of channel numbers from 0", where=place,
                             value=channels)  # fmt: skip
        params = from_mapping(block.params, rest, place)
        uses.append(BlockUse(block.name, params, tuple(channels)))
    return tuple(uses)


def _learner(raw: Mapping[str, Any], name: str, where: str) -> LearnerUse:
    place = f"{where}: {name}"
    table = raw[name]
    if not isinstance(table, Mapping):
        raise InputError("expected a table", where=place, value=table)
    learner = models.learner(_named(table, "learner", place))
    if (learner.task == "anomaly") != (name == "anomaly"):
        raise InputError(f"this learner is for the task {learner.task!r}", where=place,
                         value=learner.name)  # fmt: skip
    rest = {k: v for k, v in table.items() if k != "learner"}
    return LearnerUse(learner.name, from_mapping(learner.params, rest, place))


def _named(table: Mapping[str, Any], key: str, place: str) -> str:
    value = table.get(key)
    if not isinstance(value, str):
        raise InputError(f"{key!r} names the plugin", where=place, value=value)
    return value

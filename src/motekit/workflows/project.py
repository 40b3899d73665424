"""The project file, mote.toml: what a pipeline is made of. Plain text that git and people read.

Every table is a frozen dataclass described with core.params, so that an unknown name, a wrong
type or a value out of range is refused with the table, the field, the value and the way out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from motekit import dsp, models, targets
from motekit.compiler.prefix import check_name
from motekit.core.errors import InputError, found_in
from motekit.core.params import from_mapping
from motekit.core.pipeline import BlockUse
from motekit.models.augment import AugmentParams
from motekit.recordings.place import StoreTable

from .tables import BudgetTable, DecisionTable, SignalTable, TargetTable

FILE = "mote.toml"
TABLES = (
    "signal", "blocks", "classifier", "recipes", "anomaly", "augment", "decision", "target",
    "budget", "store",
)  # fmt: skip


PLACE = ("block", "channels", "source", "name")  # fields of any block; others are its parameters


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
    store: StoreTable = field(default_factory=StoreTable)


def find(start: Path) -> Path:
    """The project folder: `start` or the nearest parent with a mote.toml. Raises InputError."""
    if not start.is_dir():
        raise InputError("there is no such folder", where=start,
                         way_out="make a project with: motekit new NAME")  # fmt: skip
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
        raise InputError(
            f"not a TOML file: {error}", where=path, way_out="correct what stands there"
        ) from error
    return from_table(raw, str(path))


def from_table(raw: Mapping[str, Any], where: str) -> Project:
    """A Project from parsed TOML."""
    unknown = [key for key in raw if key not in (*TABLES, "name", "seeds")]
    if unknown:
        raise InputError("unknown table or field", where=where, value=unknown[0],
                         way_out=f"known: name, seeds, {', '.join(TABLES)}")  # fmt: skip
    with found_in(where):
        check_name(raw.get("name", ""))
    project = Project(
        name=raw["name"],
        seeds=_seeds(raw.get("seeds", [1]), where),
        signal=_table(SignalTable, raw, "signal", where),
        recipes=_recipes(raw, where),
        anomaly=_learner(raw, "anomaly", where) if "anomaly" in raw else None,
        augment=_table(AugmentParams, raw, "augment", where),
        decision=_table(DecisionTable, raw, "decision", where),
        target=_table(TargetTable, raw, "target", where),
        budget=_table(BudgetTable, raw, "budget", where),
        store=_table(StoreTable, raw, "store", where),
    )
    with found_in(f"{where}: target.core"):
        targets.core(project.target.core)
    with found_in(f"{where}: target.board"):
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
            value=given, way_out="such as seeds = [1, 2, 3]",
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
                "[[recipes]] take the place of [[blocks]] and [classifier]", where=where,
                way_out="move them into a recipe, or remove the recipes",
            )  # fmt: skip
        if not isinstance(tables, list) or not tables:
            raise InputError(
                "expected [[recipes]] tables", where=f"{where}: recipes", value=tables,
                way_out="each has a name, blocks and a classifier",
            )  # fmt: skip
        places = [f"{where}: recipes[{i}]" for i in range(len(tables))]
    return tuple(_recipe(t, place) for t, place in zip(tables, places, strict=True))


def _recipe(table: Any, where: str) -> Recipe:
    if not isinstance(table, Mapping):
        raise InputError(
            "expected a table",
            where=where,
            value=table,
            way_out="write [[recipes]] and its fields below",
        )
    unknown = [key for key in table if key not in ("name", "blocks", "classifier")]
    if unknown:
        raise InputError("unknown field", where=where, value=unknown[0],
                         way_out="known: name, blocks, classifier")  # fmt: skip
    name = _named(table, "name", where)
    if "classifier" not in table:
        raise InputError("a recipe needs a classifier", where=where, value=name,
                         way_out="add [recipes.classifier]")  # fmt: skip
    blocks = _blocks(table.get("blocks", []), where)
    return Recipe(name, blocks, _learner(table, "classifier", where))


def _table(kind: type[Any], raw: Mapping[str, Any], name: str, where: str) -> Any:
    given = raw.get(name, {})
    if not isinstance(given, Mapping):
        raise InputError("expected a table", where=f"{where}: {name}", value=given,
                         way_out=f"write [{name}] and its fields below")  # fmt: skip
    return from_mapping(kind, given, f"{where}: {name}")


def _blocks(given: Any, where: str) -> tuple[BlockUse, ...]:
    if not isinstance(given, list) or not given or not all(isinstance(b, dict) for b in given):
        raise InputError("at least one [[blocks]] table is needed", where=where,
                         way_out=f"blocks: {', '.join(dsp.block_names())}")  # fmt: skip
    uses = []
    for i, table in enumerate(given):
        place = f"{where}: blocks[{i}]"
        rest = {k: v for k, v in table.items() if k not in PLACE}
        name = _named(table, "block", place, dsp.block_names())
        with found_in(f"{place}.block"):
            block = dsp.block(name)
        channels = table.get("channels", [])
        if not isinstance(channels, list) or not all(type(c) is int and c >= 0 for c in channels):
            raise InputError("expected a list of channel numbers from 0",
                             where=f"{place}.channels", value=channels,
                             way_out="such as channels = [0, 2]")  # fmt: skip
        params = from_mapping(block.params, rest, place)
        source = _named(table, "source", place) if "source" in table else ""
        made = _named(table, "name", place) if "name" in table else ""
        uses.append(BlockUse(block.name, params, tuple(channels), source, made))
    return tuple(uses)


def _learner(raw: Mapping[str, Any], name: str, where: str) -> LearnerUse:
    place = f"{where}: {name}"
    table = raw[name]
    if not isinstance(table, Mapping):
        raise InputError("expected a table", where=place, value=table,
                         way_out=f"write [{name}] and its fields below")  # fmt: skip
    wanted = _named(table, "learner", place, models.learner_names())
    with found_in(f"{place}.learner"):
        learner = models.learner(wanted)
    if learner.task != ("anomaly" if name == "anomaly" else "classifier"):
        raise InputError(f"this learner is for the task {learner.task!r}",
                         where=f"{place}.learner", value=learner.name,
                         way_out=f"choose one for {name!r}")  # fmt: skip
    rest = {k: v for k, v in table.items() if k != "learner"}
    return LearnerUse(learner.name, from_mapping(learner.params, rest, place))


def _named(table: Mapping[str, Any], key: str, place: str, known: Sequence[str] = ()) -> str:
    value = table.get(key)
    if not isinstance(value, str):
        hint = f"choose one of: {', '.join(known)}" if known else f'such as {key} = "small"'
        raise InputError("a name is needed", where=f"{place}.{key}", value=value, way_out=hint)
    return value

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
    "signal", "blocks", "classifier", "regressor", "recipes", "anomaly", "augment", "decision",
    "target", "budget", "store",
)  # fmt: skip


ROLES = ("classifier", "regressor", "anomaly")  # tables of learners, by their task
PLACE = ("block", "channels", "source", "name")  # fields of any block; others are its parameters


@dataclass(frozen=True)
class LearnerUse:
    """A learner in a project: plugin name and its Params value."""

    learner: str
    params: Any


@dataclass(frozen=True)
class Recipe:
    """One way to build the model: blocks and a learner."""

    name: str
    blocks: tuple[BlockUse, ...]
    learner: LearnerUse


@dataclass(frozen=True)
class Project:
    """A project file, read and checked.

    Args:
        recipes: from the cheapest to the dearest, all of one task; training chooses among them
            by inner folds.
        anomaly: a detector beside the model; None where it is the model.
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

    @property
    def task(self) -> str:
        """What the recipes learn: "classifier", "regressor" or "anomaly"."""
        return models.learner(self.recipes[0].learner.learner).task


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
    recipes, beside = _recipes(raw, where)
    project = Project(
        name=raw["name"],
        seeds=_seeds(raw.get("seeds", [1]), where),
        signal=_table(SignalTable, raw, "signal", where),
        recipes=recipes,
        anomaly=_learner(raw, "anomaly", where) if beside else None,
        augment=_table(AugmentParams, raw, "augment", where),
        decision=_table(DecisionTable, raw, "decision", where),
        target=_table(TargetTable, raw, "target", where),
        budget=_table(BudgetTable, raw, "budget", where),
        store=_table(StoreTable, raw, "store", where),
    )
    _check_signal(project, where)
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


def _check_signal(project: Project, where: str) -> None:
    """Refuse what [signal] says for another task than the project's."""
    signal, task = project.signal, project.task
    if signal.target and task != "regressor":
        raise InputError("only a regressor has a target", where=f"{where}: signal.target",
                         value=signal.target, way_out="add [regressor], or remove the target"
                         )  # fmt: skip
    if signal.normal and task != "anomaly":
        raise InputError(
            "what is normal is asked of an anomaly detector on its own",
            where=f"{where}: signal.normal", value=list(signal.normal),
            way_out=f"remove it, or the {task}",
        )  # fmt: skip


def _recipes(raw: Mapping[str, Any], where: str) -> tuple[tuple[Recipe, ...], bool]:
    """[[recipes]], or the one that [[blocks]] and a learner's table make; and whether [anomaly]
    is a detector beside them."""
    tables = raw.get("recipes")
    if tables is None:
        mains = [role for role in ("classifier", "regressor") if role in raw]
        if not mains and "anomaly" not in raw:
            raise InputError("nothing to learn", where=where,
                             way_out="add [classifier], [regressor] or [anomaly]")  # fmt: skip
        own = {key: raw[key] for key in ("blocks", *(mains or ("anomaly",))) if key in raw}
        return (_recipe({"name": "recipe", **own}, where),), bool(mains) and "anomaly" in raw
    there = [key for key in ("blocks", "classifier", "regressor") if key in raw]
    if there:
        raise InputError(
            f"[[recipes]] take the place of [{there[0]}]", where=where, value=there[0],
            way_out="move it into a recipe, or remove the recipes",
        )  # fmt: skip
    if not isinstance(tables, list) or not tables:
        raise InputError(
            "expected [[recipes]] tables", where=f"{where}: recipes", value=tables,
            way_out="each has a name, blocks and a learner",
        )  # fmt: skip
    places = [f"{where}: recipes[{i}]" for i in range(len(tables))]
    recipes = tuple(_recipe(t, place) for t, place in zip(tables, places, strict=True))
    tasks = [models.learner(recipe.learner.learner).task for recipe in recipes]
    if len(set(tasks)) > 1:
        other = next(i for i, task in enumerate(tasks) if task != tasks[0])
        raise InputError(
            f"recipes compete for one task, and the first is a {tasks[0]}", where=places[other],
            value=tasks[other], way_out="make a project for each task",
        )  # fmt: skip
    if tasks[0] == "anomaly" and "anomaly" in raw:
        raise InputError("the recipes are detectors already", where=f"{where}: anomaly",
                         way_out="move it into a recipe, or remove it")  # fmt: skip
    return recipes, "anomaly" in raw


def _recipe(table: Any, where: str) -> Recipe:
    if not isinstance(table, Mapping):
        raise InputError(
            "expected a table",
            where=where,
            value=table,
            way_out="write [[recipes]] and its fields below",
        )
    unknown = [key for key in table if key not in ("name", "blocks", *ROLES)]
    if unknown:
        raise InputError("unknown field", where=where, value=unknown[0],
                         way_out=f"known: name, blocks, {', '.join(ROLES)}")  # fmt: skip
    name = _named(table, "name", where)
    roles = [role for role in ROLES if role in table]
    if len(roles) != 1:
        raise InputError(
            "one program learns one thing" if roles else "a recipe needs a learner", where=where,
            value=roles or name, way_out="keep one of them" if roles else
            "add [recipes.classifier], [recipes.regressor] or [recipes.anomaly]",
        )  # fmt: skip
    blocks = _blocks(table.get("blocks", []), where)
    return Recipe(name, blocks, _learner(table, roles[0], where))


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
    if learner.task != name:
        fit = [n for n in models.learner_names() if models.learner(n).task == name]
        raise InputError(f"this learner is for the task {learner.task!r}",
                         where=f"{place}.learner", value=learner.name,
                         way_out=f"choose one of: {', '.join(fit)}")  # fmt: skip
    rest = {k: v for k, v in table.items() if k != "learner"}
    return LearnerUse(learner.name, from_mapping(learner.params, rest, place))


def _named(table: Mapping[str, Any], key: str, place: str, known: Sequence[str] = ()) -> str:
    value = table.get(key)
    if not isinstance(value, str):
        hint = f"choose one of: {', '.join(known)}" if known else f'such as {key} = "small"'
        raise InputError("a name is needed", where=f"{place}.{key}", value=value, way_out=hint)
    return value

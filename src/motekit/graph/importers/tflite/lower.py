"""From a flat model to a graph: every operator by the spelling of an op plugin."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import TfliteSpelling
from motekit.graph.importers._shared.problems import Problem, problem
from motekit.graph.ops import OPS

from . import names, real, tensors, variables
from .flat import FlatModel, FlatOperator, damaged

Known = Mapping[str, tuple[str, TfliteSpelling]]


@dataclass(frozen=True)
class Lowered:
    """Result of lowering: the graph, if there are no problems."""

    graph: Graph | None
    problems: tuple[Problem, ...] = ()


def spellings() -> dict[str, tuple[str, TfliteSpelling]]:
    """TFLite builtin → (op kind, spelling), over all op plugins."""
    return {s.builtin: (op.kind, s) for op in OPS for s in op.tflite}


def lower(flat: FlatModel, name: str, path: Path) -> Lowered:
    """Lower every op, or say for each why not.

    Raises:
        InputError: inputs or outputs that no graph can hold.
    """
    work = _Lowering(flat, spellings())
    problems = []
    for index, operator in enumerate(flat.operators):
        try:
            with damaged(path):
                work.add(operator, work.op_names[index])
        except InputError as error:
            problems.append(_problem(index, operator, work.op_names[index], flat, error))
    if work.in_float and not problems:
        wrong = real.misfits(work.graph(name))
        problems = [_problem(i, flat.operators[i], work.op_names[i], flat, e) for i, e in wrong]
    if problems:
        return Lowered(None, tuple(problems))
    for i in (*flat.inputs, *flat.outputs):
        if i in work.unusable:
            raise InputError(work.unusable[i], where=path)
    return Lowered(work.graph(name))


def _problem(
    index: int, operator: FlatOperator, name: str, flat: FlatModel, error: InputError
) -> Problem:
    shape = flat.tensors[operator.outputs[0]].shape if operator.outputs else ()
    label = f"CUSTOM {operator.custom!r}" if operator.builtin == "CUSTOM" else operator.builtin
    return problem(index, label, name, shape, error)


def _unknown(operator: FlatOperator, known: Known) -> InputError:
    if operator.builtin == "CUSTOM":
        return InputError(
            "custom ops have no definition in the file",
            way_out="build the model from built-in ops",
        )
    near = difflib.get_close_matches(operator.builtin, known, n=1, cutoff=0.7)
    hint = (
        f"the nearest one is {near[0]}"
        if near
        else "reference/operations.md of the documentation lists those there are"
    )
    return InputError("motekit has no such op", way_out=hint)


@dataclass
class _Lowering:
    flat: FlatModel
    known: Known
    ops: list[Op] = field(default_factory=list)
    state: list[tuple[str, str]] = field(default_factory=list)
    made: dict[int, Tensor] = field(default_factory=dict)
    further: list[Tensor] = field(default_factory=list)
    in_float: bool = False
    unusable: dict[int, str] = field(default_factory=dict)
    resources: variables.Variables = field(init=False)

    def __post_init__(self) -> None:
        self.op_names = names.op_names(self.flat, {b: kind for b, (kind, _) in self.known.items()})
        for i, name in enumerate(names.tensor_names(self.flat)):
            try:
                self.made[i] = tensors.tensor(self.flat.tensors[i], name)
            except InputError as error:
                self.unusable[i] = error.line()
        self.in_float = real.computes_in_float(self.flat)
        if self.in_float:
            self.made = {i: real.plain(t) for i, t in self.made.items()}
        self.resources = variables.Variables(self.flat, self.made)

    def add(self, operator: FlatOperator, name: str) -> None:
        """Lower one operator. Raises InputError with the reason if that cannot be."""
        if operator.builtin in variables.BUILTINS:
            return self.resources.add(operator)
        if operator.builtin not in self.known:
            raise _unknown(operator, self.known)
        for i in (*operator.inputs, *operator.outputs, *operator.intermediates):
            if i in self.unusable:
                raise InputError(self.unusable[i])
        if self.in_float and real.unpacks_constant(operator, self.made):
            out = operator.outputs[0]
            self.made[out] = real.unpacked(self.made[operator.inputs[0]], self.made[out])
            return
        kind, spelling = self.known[operator.builtin]
        if operator.options is not None and operator.options_name != spelling.options:
            raise InputError(f"its options must be {spelling.options}", value=operator.options_name)
        inputs = [None if i < 0 else self.made[i] for i in operator.inputs]
        outputs = [self.made[i] for i in operator.outputs]
        if not inputs or not outputs:
            raise InputError("it has no input or no output")
        between = [self.made[i] for i in operator.intermediates]
        if self.in_float:
            attrs = real.read(kind, spelling, operator, inputs, outputs)
        else:
            attrs = spelling.read(operator.options, [*inputs, *between], outputs)
        outputs += self._states(operator, spelling)
        picks = range(len(inputs)) if spelling.data_inputs is None else spelling.data_inputs
        data = [inputs[i] if i < len(inputs) else None for i in picks]
        if self.in_float:
            data = real.with_bias(kind, name, data, self.further)
        used = tuple(None if t is None else t.name for t in data)
        self.ops.append(Op(kind, name, used, tuple(t.name for t in outputs), attrs))

    def _states(self, operator: FlatOperator, spelling: TfliteSpelling) -> list[Tensor]:
        """Tensors for the new values of the variables that an operator updates."""
        found = []
        for position in spelling.state_inputs:
            index = operator.inputs[position] if position < len(operator.inputs) else -1
            if index < 0 or not self.flat.tensors[index].variable:
                raise InputError(f"input {position} must be a variable")
            before = self.made[index]
            after = Tensor(f"{before.name}.after", before.type)
            self.state.append((before.name, after.name))
            self.further.append(after)
            found.append(after)
        return found

    def graph(self, name: str) -> Graph:
        """The graph of all ops added, with the tensors they use."""
        inputs = tuple(self.made[i].name for i in self.flat.inputs)
        outputs = tuple(self.made[i].name for i in self.flat.outputs)
        used = {n for op in self.ops for n in (*op.inputs, *op.outputs)} | {*inputs, *outputs}
        state, initial = self.resources.state(), self.resources.initial()
        used |= {n for pair in state for n in pair}
        every = [*self.made.values(), *self.further]
        kept = {t.name: t for t in every if t.name in used}
        kept_state = (*self.state, *state)
        return Graph(name, kept, tuple(self.ops), inputs, outputs, kept_state, initial)

"""Resource variables: what streaming models keep from run to run, by name, outside the graph.

VAR_HANDLE names a variable, READ_VARIABLE and ASSIGN_VARIABLE move its value, and CALL_ONCE runs
a subgraph that gives the first values. None of them computes: they become the graph's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from motekit.core.errors import InputError
from motekit.core.graph import Tensor
from motekit.core.op import Array

from . import tensors
from .flat import FlatModel, FlatOperator

BUILTINS = ("CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE")


@dataclass
class Variables:
    """Follows the variables through the operators of a model, in their order.

    Args:
        made: tensor index → tensor, as the lowering knows it; a value read again becomes
            another name of the tensor that holds it.
    """

    flat: FlatModel
    made: dict[int, Tensor]
    names: dict[int, str] = field(default_factory=dict)
    first: dict[str, Tensor] = field(default_factory=dict)
    before: dict[str, Tensor] = field(default_factory=dict)
    after: dict[str, Tensor] = field(default_factory=dict)

    def add(self, operator: FlatOperator) -> None:
        """Take one of BUILTINS in. Raises InputError for what no state can say."""
        if operator.builtin == "CALL_ONCE":
            self._call_once(operator)
        elif operator.builtin == "VAR_HANDLE":
            self.names[operator.outputs[0]] = _shared_name(operator)
        elif operator.builtin == "READ_VARIABLE":
            self._read(self._name(operator), operator.outputs[0])
        else:
            self.after[self._name(operator)] = self._value(self.made, operator.inputs[1])

    def _name(self, operator: FlatOperator) -> str:
        name = self.names.get(operator.inputs[0])
        if name is None:
            raise InputError("its variable has no VAR_HANDLE before it")
        return name

    @staticmethod
    def _value(made: Mapping[int, Tensor], index: int) -> Tensor:
        if index not in made:
            raise InputError("the value of a variable has a type that no graph can hold")
        return made[index]

    def _read(self, name: str, into: int) -> None:
        read = self._value(self.made, into)
        now = self.after.get(name) or self.before.setdefault(name, read)
        if now.type != read.type:
            raise InputError("a variable changes its type", value=(str(now.type), str(read.type)))
        self.made[into] = now

    def _call_once(self, operator: FlatOperator) -> None:
        number = operator.options.InitSubgraphIndex() if operator.options is not None else 0
        if not 1 <= number <= len(self.flat.others):
            raise InputError("there is no such subgraph to call once", value=number)
        graph = self.flat.others[number - 1]
        handles: dict[int, str] = {}
        for inner in graph.operators:
            if inner.builtin == "VAR_HANDLE":
                handles[inner.outputs[0]] = _shared_name(inner)
            elif inner.builtin == "ASSIGN_VARIABLE" and inner.inputs[0] in handles:
                stored = graph.tensors[inner.inputs[1]]
                value = tensors.tensor(stored, stored.name or "initial value")
                if not value.is_constant:
                    raise InputError("the first value of a variable must be constant")
                self.first[handles[inner.inputs[0]]] = value
            else:
                raise InputError("first values may only be assigned", value=inner.builtin)

    def state(self) -> tuple[tuple[str, str], ...]:
        """(before, after) of every variable that a run reads. One that it never assigns keeps
        its value."""
        return tuple((t.name, self.after.get(name, t).name) for name, t in self.before.items())

    def initial(self) -> dict[str, Array]:
        """First value of every variable that a run reads, by the name of its tensor."""
        found: dict[str, Array] = {}
        for name, tensor in self.before.items():
            first = self.first.get(name)
            if first is None or first.data is None:
                raise InputError(
                    "a variable is read and has no first value",
                    where=name,
                    way_out="convert the model with its initialisation (CALL_ONCE)",
                )
            if first.data.shape != tensor.type.shape or first.type.dtype != tensor.type.dtype:
                raise InputError("a variable's first value has another type", where=name)
            found[tensor.name] = first.data
        return found


def _shared_name(operator: FlatOperator) -> str:
    if operator.options is None or not operator.outputs:
        raise InputError("a variable has no name")
    container, name = operator.options.Container(), operator.options.SharedName()
    return b"/".join(part for part in (container, name) if part).decode("utf-8", "replace")

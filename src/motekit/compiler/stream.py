"""Groups of layers that run row by row (mk_stream), played through at compile time.

What the C does is decided by the same rule here: of all layers that have the rows they need, the
last one goes first. The play says how many rows of each tensor must be kept, and when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from motekit.core.graph import Graph, Op
from motekit.core.op import RowWindow

from .rows import Form, data_inputs, sliced, window
from .storage import Storage

INPUTS = 2  # MK_STREAM_INPUTS
MOST = 254  # of what a byte of mk_stream_layer holds, and of layers
NONE = 255


@dataclass(frozen=True)
class Row:
    """One layer of a group; see mk_stream_layer.

    Args:
        name: of the tensor whose rows it makes; a copy has a name of its own.
        op: None for rows that are there from the start, and for copies of such rows.
        form: the op on the rows of a step.
        once: bytes of an output that only the last step makes, with pitch 0.
        kept: rows that have a place; all of them if the tensor is needed elsewhere.
        sources: layers whose rows it reads, by data input.
    """

    name: str
    op: Op | None
    form: Form | None
    pitch: int
    rows: int
    zero: int
    whole: bool
    sources: tuple[int, ...] = ()
    see: RowWindow = field(default_factory=lambda: RowWindow(1, 1, 0, {}))
    above: int = 0
    below: int = 0
    step: int = 1
    kept: int = 0
    once: int = 0

    @property
    def size(self) -> int:
        """Bytes of all its places."""
        return self.once if self.pitch == 0 else self.pitch * self.kept

    @property
    def total(self) -> int:
        return self.above + self.rows + self.below

    @property
    def take(self) -> int:
        return self.see.stride * self.step

    @property
    def seen(self) -> int:
        return (self.step - 1) * self.see.stride + self.see.size

    @property
    def there(self) -> bool:
        """Nothing makes it: its rows are there from the start."""
        return not self.sources

    def steps(self, made: int) -> int:
        return 0 if made == 0 else (made - self.above) // self.step


@dataclass(frozen=True)
class Event:
    """One step of a layer.

    Args:
        made: rows of every layer before it.
        after: rows of the layer after it.
        low: of every layer, the first row that somebody still needs before it; `total` if
            nobody does.
    """

    layer: int
    made: tuple[int, ...]
    after: int
    low: tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """Layers in the order of their priority, and everything that happens."""

    layers: tuple[Row, ...]
    events: tuple[Event, ...]

    def events_of(self, layer: int) -> int:
        """Bit mask of the steps of a layer, padding left out."""
        row = self.layers[layer]
        end = row.above + row.rows
        return sum(
            1 << i for i, e in enumerate(self.events) if e.layer == layer and e.made[layer] < end
        )

    def parts(self, layer: int) -> list[tuple[int, int, int]]:
        """(offset, bytes, events) of every place for a row: when what is there must not be
        touched by others. Whole rows that are there from the start: until they are used up;
        whole rows that are made: from then on."""
        row = self.layers[layer]
        if row.form is not None and row.form.running:  # the last step makes it
            end = self.events_of(layer).bit_length() - 1
            return [(0, row.size, _from(end, len(self.events)))]
        masks = [0] * row.kept
        for i, event in enumerate(self.events):
            for place in self._places(row, layer, event):
                masks[place] |= 1 << i
        return [(p * row.pitch, row.pitch, mask) for p, mask in enumerate(masks)]

    def _places(self, row: Row, layer: int, event: Event) -> range:
        """Places that hold rows somebody needs at an event, or that it writes."""
        made = event.made[layer]
        if row.whole and not row.there:
            return range(event.after if event.layer == layer else made)
        if event.layer == layer:
            return range(event.after - max(0, event.after - row.kept))
        low = max(0, made - row.kept)
        return range(max(0, event.low[layer] - low), made - low)


def _from(first: int, count: int) -> int:
    return (1 << count) - (1 << first)


def build(
    ops: Sequence[Op], graph: Graph, storage: Storage, whole: Iterable[str],
    runs: Callable[[Op], bool], step: int = 1,
) -> Group | None:  # fmt: skip
    """The group of some ops that follow each other, or None if they cannot run row by row.

    Args:
        whole: tensors made by them that are needed by others.
        runs: whether a kernel of an op can be fed rows and have its output after the last.
        step: rows made at a time, where they divide the height.
    """
    if not _in_arena(ops, graph, storage):
        return None
    ops = _by_root(ops, storage)
    keep = set(whole)
    made = {op.outputs[0] for op in ops}
    windows = {op.name: window(op, graph) for op in ops}
    end = ops[-1]
    if len(graph.type(end.outputs[0]).shape) == 4 and graph.type(end.outputs[0]).shape[1] == 1:
        windows[end.name] = None if runs(end) else windows[end.name]
    if windows[end.name] is None and not runs(end):
        return None
    if any(not _fits(op, graph, windows[op.name], op is ops[-1]) for op in ops):
        return None
    best: Group | None = None
    for order in _orders(ops, graph, made):
        layers = _layers(order, graph, keep, made, windows, step)
        found = None if layers is None else _play(layers)
        if found is not None and (best is None or _weight(found) < _weight(best)):
            best = found
    return best


def _in_arena(ops: Sequence[Op], graph: Graph, storage: Storage) -> bool:
    """Whether all rows lie in the arena, in the shape that each op sees them in."""
    for op in ops:
        for name in (*op.outputs, *(str(op.inputs[i]) for i in data_inputs(op, graph))):
            root = storage.root[name]
            if root in storage.places or graph.type(root).shape != graph.type(name).shape:
                return False
    return all(storage.root[name] == name for op in ops for name in op.outputs)


def _by_root(ops: Sequence[Op], storage: Storage) -> list[Op]:
    """The same with every tensor under the name of the one whose bytes it is."""
    return [
        replace(op, inputs=tuple(None if n is None else storage.root[n] for n in op.inputs))
        for op in ops
    ]


def _weight(group: Group) -> int:
    return sum(row.size for row in group.layers if not row.whole)


def _fits(op: Op, graph: Graph, see: RowWindow | None, last: bool) -> bool:
    inputs = data_inputs(op, graph)
    if len(op.outputs) != 1 or not 1 <= len(inputs) <= INPUTS:
        return False
    shape = graph.type(str(op.inputs[inputs[0]])).shape
    if see is None:
        return last and len(inputs) == 1 and len(shape) == 4 and shape[0] == 1
    return max(see.size, see.stride) <= MOST


def _orders(ops: Sequence[Op], graph: Graph, made: set[str]) -> list[list[Op]]:
    """As they come, and with every op as early as what it reads allows."""
    depth: dict[str, int] = {}
    for op in ops:
        reads = [str(op.inputs[i]) for i in data_inputs(op, graph)]
        depth[op.outputs[0]] = 1 + max((depth[n] for n in reads if n in made), default=0)
    early = sorted(ops, key=lambda op: (depth[op.outputs[0]], -_reads_on(op, ops, graph)))
    return [list(ops), early]


def _reads_on(op: Op, ops: Sequence[Op], graph: Graph) -> int:
    """Position of the first op that reads an op's output: what waits longest comes first."""
    found = [i for i, other in enumerate(ops) if op.outputs[0] in other.inputs]
    return min(found, default=len(ops))


def _zero(graph: Graph, name: str) -> int:
    quant = graph.type(name).quant
    return quant.zero_point[0] if quant is not None else 0


def _image(graph: Graph, name: str) -> tuple[int, int]:
    """(rows, bytes of a row)"""
    shape = graph.type(name).shape
    return shape[1], graph.type(name).nbytes // shape[1]


def _layers(
    ops: Sequence[Op], graph: Graph, keep: set[str], made: set[str],
    windows: Mapping[str, RowWindow | None], step: int,
) -> list[Row] | None:  # fmt: skip
    layers: list[Row] = []
    place: dict[str, int] = {}
    padded: dict[str, int] = {}

    def add(row: Row) -> int:
        layers.append(row)
        return len(layers) - 1

    for op in ops:
        see = windows[op.name] or RowWindow(1, 1, 0, op.attrs)
        sources = []
        for i in data_inputs(op, graph):
            name = str(op.inputs[i])
            rows, pitch = _image(graph, name)
            if name not in place:
                place[name] = add(Row(name, None, None, pitch, rows, 0, True, step=0, kept=rows))
            source = place[name]
            out_rows = rows if windows[op.name] is None else graph.type(op.outputs[0]).shape[1]
            below = max(0, (out_rows - 1) * see.stride - see.above + see.size - rows)
            if layers[source].whole and see.above + below > 0:
                if name not in padded:
                    copy = Row(f"{name}/rows", None, None, pitch, rows, _zero(graph, name), False,
                               (source,))  # fmt: skip
                    padded[name] = add(copy)
                source = padded[name]
            if not layers[source].whole:
                layers[source] = replace(
                    layers[source],
                    above=max(layers[source].above, see.above),
                    below=max(layers[source].below, below),
                )
            sources.append(source)
        row = _row(op, graph, windows[op.name], tuple(sources), step, op.outputs[0] in keep)
        place[op.outputs[0]] = add(row)
    return layers if _small(layers) else None


def _row(
    op: Op, graph: Graph, see: RowWindow | None, sources: tuple[int, ...], step: int, whole: bool
) -> Row:
    out = op.outputs[0]
    if see is None:  # as many steps as its input has rows, all into one place
        rows, _ = _image(graph, str(op.inputs[data_inputs(op, graph)[0]]))
        form = Form(op, graph, rows, running=True)
        once = graph.type(out).nbytes
        return Row(out, op, form, 0, rows, 0, True, sources, kept=rows, once=once)
    rows, pitch = _image(graph, out)
    at_once = step if rows % step == 0 else 1
    form = sliced(op, graph, see, at_once)
    return Row(out, op, form, pitch, rows, _zero(graph, out), whole, sources, see, step=at_once,
               kept=rows if whole else 0)  # fmt: skip


def _small(layers: Sequence[Row]) -> bool:
    bytes_ = (max(r.above, r.below, r.step, r.take, r.seen, r.above) for r in layers)
    words = (max(r.pitch, r.total) for r in layers)
    return len(layers) <= MOST and max(bytes_) <= MOST and max(words) < 1 << 16


def start(layers: Sequence[Row], row: Row, source: int) -> int:
    """Row of a source that the first step of a layer sees first."""
    return layers[source].above - row.see.above


def _play(layers: list[Row]) -> Group | None:
    """Everything that happens; None if it does not go on to the end."""
    made = [row.rows if row.there else 0 for row in layers]
    readers: list[list[int]] = [[] for _ in layers]
    for i, row in enumerate(layers):
        for source in row.sources:
            readers[source].append(i)
    events: list[Event] = []
    kept = [row.kept for row in layers]
    last = len(layers) - 1
    while True:
        ready = next((i for i in range(last, -1, -1) if _ready(layers, made, i)), None)
        if ready is None:
            break
        row, before = layers[ready], made[ready]
        low = tuple(_low(layers, made, readers, i) for i in range(len(layers)))
        if before >= row.above + row.rows:
            after = before + 1
        else:
            after = before + row.step + (row.above if before == 0 else 0)
        if not row.whole:
            kept[ready] = max(kept[ready], after - min(low[ready], before))
        events.append(Event(ready, tuple(made), after, low))
        made[ready] = after
    if any(made[i] < row.total for i, row in enumerate(layers)):
        return None
    done = tuple(replace(row, kept=k) for row, k in zip(layers, kept, strict=True))
    return Group(done, tuple(events))


def _ready(layers: Sequence[Row], made: Sequence[int], i: int) -> bool:
    row = layers[i]
    if row.there or made[i] >= row.total:
        return False
    if made[i] >= row.above + row.rows:
        return True
    seen = row.steps(made[i]) * row.take + row.seen
    return all(made[s] >= start(layers, row, s) + seen for s in row.sources)


def _low(layers: Sequence[Row], made: Sequence[int], readers: Sequence[Sequence[int]],
         i: int) -> int:  # fmt: skip
    """The first row of a layer that somebody still needs, its total if nobody does."""
    low = layers[i].total
    for reader in readers[i]:
        row = layers[reader]
        if made[reader] < row.above + row.rows:
            low = min(low, start(layers, row, i) + row.steps(made[reader]) * row.take)
    return low

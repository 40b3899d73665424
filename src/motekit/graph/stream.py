"""A model over a sliding window → a graph that goes on by one hop of frames, with the same outputs.

A tensor *moves* if one hop later it holds the same frames further towards its start, and `fresh`
new ones behind them. Only those are computed; what a later op reads of the older ones is kept in
a window (`slide`). The first op that mixes all frames (dense, mean, …), pads them, or takes them
in other steps than the hop sees the whole of its input; behind it everything is computed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, Reach
from motekit.graph.ops import OPS
from motekit.graph.passes import Report, simplify
from motekit.graph.run import trace
from motekit.graph.spec import check


@dataclass(frozen=True)
class Kept:
    """A window of frames that the program keeps from step to step."""

    tensor: str
    frames: int
    nbytes: int


@dataclass(frozen=True)
class Stepped:
    """A streaming program.

    Args:
        graph: one step: in, the new frames; out, the outputs. Keeps state.
        batch: the model it stands for, over the whole window.
        axis: of the model's input, along which the window slides.
        frames: that the window holds.
        hop: new frames of a step.
        output_axes: for each output, the axis along which it moves, or None. A step gives a
            moving output's new frames only, the last ones of what the model gives.
        kept: what is remembered.
        whole: op → why all of its outputs are computed in every step.
        reports: what the passes before did, and this one.
    """

    graph: Graph
    batch: Graph
    axis: int
    frames: int
    hop: int
    output_axes: tuple[int | None, ...]
    kept: tuple[Kept, ...]
    whole: dict[str, str]
    reports: tuple[Report, ...] = ()

    @property
    def warmup(self) -> int:
        """Steps after which the window is full."""
        return -(-self.frames // self.hop)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of a step."""
        return count_macs(self.graph)

    @property
    def macs_batch(self) -> int:
        """Multiply-accumulates of the model on the whole window."""
        return count_macs(self.batch)

    def steps(self, frames: Array) -> list[list[Array]]:
        """A stream of frames as the inputs of one step after the other; a rest is left out."""
        count = self._count(frames)
        pieces = np.split(self._along(frames, 0, count * self.hop), max(count, 1), self.axis)
        return [[np.ascontiguousarray(piece)] for piece in pieces[:count]]

    def windows(self, frames: Array) -> list[list[Array]]:
        """The model's input at each of these steps, zeros in front of the first frame."""
        before = _zeros(self.batch)
        whole = np.concatenate([before, frames], self.axis)
        ends = [self.frames + (i + 1) * self.hop for i in range(self._count(frames))]
        return [
            [np.ascontiguousarray(self._along(whole, end - self.frames, end))] for end in ends
        ]  # fmt: skip

    def newest(self, outputs: Sequence[Array]) -> list[Array]:
        """What of the whole model's outputs a step gives."""
        return [
            out if axis is None
            else np.take(out, range(out.shape[axis] - self.graph.type(name).shape[axis],
                                    out.shape[axis]), axis)
            for name, out, axis in zip(self.graph.outputs, outputs, self.output_axes, strict=True)
        ]  # fmt: skip

    def _count(self, frames: Array) -> int:
        shape = self.batch.type(self.batch.inputs[0]).shape
        rest = frames.shape[: self.axis] + frames.shape[self.axis + 1 :]
        if frames.ndim != len(shape) or rest != shape[: self.axis] + shape[self.axis + 1 :]:
            raise InputError("these frames are not the model's", value=frames.shape,
                             way_out=f"its input is {shape}, axis {self.axis} is time")  # fmt: skip
        return int(frames.shape[self.axis] // self.hop)

    def _along(self, frames: Array, start: int, stop: int) -> Array:
        return np.take(frames, range(start, stop), self.axis)

    def as_dict(self) -> dict[str, object]:
        """Plain numbers, as `--json` prints them."""
        return {
            "axis": self.axis,
            "window_frames": self.frames,
            "hop_frames": self.hop,
            "warmup_steps": self.warmup,
            "macs_whole_window": self.macs_batch,
            "kept": [vars(kept) for kept in self.kept],
            "computed_whole": dict(self.whole),
        }


def count_macs(graph: Graph) -> int:
    """Multiply-accumulates of one run."""
    return sum(OPS.get(op.kind).macs(op, graph) for op in graph.ops)


def stepped(graph: Graph, axis: int | None = None, hop: int = 1) -> Stepped:
    """One step of a model over a sliding window.

    Every step's outputs equal those of the model on the window's last `frames` frames. Before
    the first frame, and after a reset, the window is full of zeros (the input's zero point).

    Args:
        graph: one input, no state.
        axis: of the input, along which the window slides; by default the first one longer
            than 1.
        hop: new frames of a step.

    Raises:
        InputError: the model cannot go on frame by frame; with the layer and the reason.
    """
    batch, reports = simplify(graph)
    axis = _window_axis(batch, axis)
    frames = batch.type(batch.inputs[0]).shape[axis]
    if not 1 <= hop < frames:
        raise InputError("a hop must be shorter than the window", where="hop", value=hop,
                         way_out=f"choose 1 to {frames - 1} frames")  # fmt: skip
    walk = _Walk(batch, hop)
    walk.moving[batch.inputs[0]] = _Moving(axis, frames, hop)
    for op in batch.ops:
        walk.visit(op)
    made = _Rewrite(walk).graph()
    axes = tuple(walk.moving[n].axis if n in walk.moving else None for n in batch.outputs)
    kept = tuple(
        Kept(before.removesuffix(BEFORE), made.type(before).shape[walk.axis(before)],
             made.type(before).nbytes)
        for before, _ in made.state
    )  # fmt: skip
    lines = [f"{k.tensor}: {k.frames} frames kept, {k.nbytes} B" for k in kept]
    lines += [f"{op}: computed as a whole, {why}" for op, why in walk.whole.items()]
    told = Report("stream", "compute only what new frames change", tuple(lines))
    result = Stepped(
        check(made, "streaming"), graph, axis, frames, hop, axes, kept, walk.whole, (*reports, told)
    )
    if result.macs >= count_macs(batch):
        _refuse(result)
    return result


def _window_axis(graph: Graph, axis: int | None) -> int:
    if len(graph.inputs) != 1 or graph.state:
        what = "keeps state of its own" if graph.state else f"has {len(graph.inputs)} inputs"
        raise InputError(f"the model cannot be streamed: it {what}", where=graph.name)
    shape = graph.type(graph.inputs[0]).shape
    if axis is None:
        axis = next((i for i, n in enumerate(shape) if n > 1), 0)
    if not 0 <= axis < len(shape) or shape[axis] < 2:
        raise InputError(
            "the input has no frames along this axis", where=graph.name, value=axis,
            way_out=f"the input's shape is {'x'.join(map(str, shape))}, axes count from 0",
        )  # fmt: skip
    return axis


def _refuse(made: Stepped) -> None:
    op, reason = next(iter(made.whole.items()), (made.graph.name, "it has no layers that slide"))
    raise InputError(
        f"the model cannot be streamed, every step would compute the whole window: {reason}",
        where=f"{made.graph.name}.{op}",
        way_out="train the layers in front without padding in time and with stride 1 (VALID), "
        "or compile the model without streaming",
    )


@dataclass(frozen=True)
class _Moving:
    """A tensor that moves: the axis, its frames in the whole model, new ones of a step."""

    axis: int
    frames: int
    fresh: int


@dataclass(frozen=True)
class _Read:
    """What an op reads of a moving tensor: `count` frames, the first `back` before the end."""

    back: int
    count: int


BEFORE = ".before"


@dataclass
class _Walk:
    """Which tensors move, and what is read of them."""

    graph: Graph
    hop: int
    moving: dict[str, _Moving] = field(default_factory=dict)
    reads: dict[tuple[str, str], _Read] = field(default_factory=dict)
    pieces: dict[str, Op] = field(default_factory=dict)
    whole: dict[str, str] = field(default_factory=dict)

    def axis(self, before: str) -> int:
        return self.moving[before.removesuffix(BEFORE)].axis

    def visit(self, op: Op) -> None:
        """Decide whether an op's outputs move."""
        ins = [self.moving.get(str(name)) for name in op.inputs]
        if not any(ins):
            return
        found = self._follow(op, ins)
        if isinstance(found, str):
            self.whole[op.name] = found
            self._read(op, lambda m: _Read(m.frames, m.frames))
            return
        reach, out, fresh = found
        self.pieces[op.name] = reach.piece(fresh)
        count = (fresh - 1) * reach.stride + reach.size
        start = reach.first + (out - fresh) * reach.stride
        self._read(op, lambda m: _Read(m.frames - start, count))
        for name in op.outputs:
            frames = self.graph.type(name).shape[reach.axis]
            self.moving[name] = _Moving(reach.axis, frames, fresh)

    def _read(self, op: Op, read: Callable[[_Moving], _Read]) -> None:
        for name in op.inputs:
            if name in self.moving:
                self.reads[op.name, str(name)] = read(self.moving[str(name)])

    def _changes(self, name: str | None) -> bool:
        return name is not None and not self.graph.tensors[name].is_constant

    def _follow(self, op: Op, ins: Sequence[_Moving | None]) -> tuple[Reach, int, int] | str:
        """(how it moves, frames of an output, new ones), or why it does not move."""
        time = OPS.get(op.kind).time
        if time is None:
            return f"{op.kind} sees the whole window"
        if len({(m.frames, m.fresh) for m in ins if m is not None}) != 1:
            return "its inputs are at different places in time"
        if any(m is None and self._changes(name) for name, m in zip(op.inputs, ins, strict=True)):
            return "one of its inputs depends on the whole window"
        (fresh,) = {m.fresh for m in ins if m is not None}
        reach = time(op, self.graph, [None if m is None else m.axis for m in ins])
        if isinstance(reach, str):
            return reach
        out = self.graph.type(op.outputs[0]).shape[reach.axis]
        if out == 1:
            return "its window is as long as what is left of the frames"
        if fresh % reach.stride:
            return (
                f"it moves by {reach.stride} frames where {fresh} come in a step: the hop of a "
                f"step must be a multiple of {self.hop * reach.stride // _gcd(fresh, reach.stride)}"
            )
        if fresh // reach.stride >= out:
            return "a step brings as many frames as it sees"
        return reach, out, fresh // reach.stride


def _gcd(a: int, b: int) -> int:
    return int(np.gcd(a, b))


@dataclass
class _Rewrite:
    """The graph of one step, from what is known of the whole one."""

    walk: _Walk
    tensors: dict[str, Tensor] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    state: list[tuple[str, str]] = field(default_factory=list)
    initial: dict[str, Array] = field(default_factory=dict)
    window: dict[str, str] = field(default_factory=dict)  # moving tensor → its window, where kept

    def graph(self) -> Graph:
        whole, moving = self.walk.graph, self.walk.moving
        self.tensors = dict(whole.tensors)
        for name, m in moving.items():
            self.tensors[name] = self._resized(name, name, m.fresh)
        rest = trace(whole, [_zeros(whole)])
        for name in whole.inputs:
            self._keep(name, rest)
        for op in whole.ops:
            self.ops.append(self._wired(self.walk.pieces.get(op.name, op)))
            for name in op.outputs:
                self._keep(name, rest)
        used = {n for op in self.ops for n in (*op.inputs, *op.outputs) if n is not None}
        used |= {*whole.inputs, *whole.outputs, *(before for before, _ in self.state)}
        tensors = {name: tensor for name, tensor in self.tensors.items() if name in used}
        return replace(
            whole, tensors=tensors, ops=tuple(self.ops), state=tuple(self.state),
            initial=self.initial,
        )  # fmt: skip

    def _resized(self, name: str, new: str, frames: int) -> Tensor:
        type_, axis = self.walk.graph.type(name), self.walk.moving[name].axis
        shape = (*type_.shape[:axis], frames, *type_.shape[axis + 1 :])
        return Tensor(new, replace(type_, shape=shape))

    def _keep(self, name: str, rest: Mapping[str, Array]) -> None:
        """A window for a moving tensor of which more is read than what is new."""
        m = self.walk.moving.get(name)
        backs = [r.back for (_, n), r in self.walk.reads.items() if n == name]
        if m is None or max(backs, default=0) <= m.fresh:
            return
        frames = max(backs)
        before, after = name + BEFORE, name + ".window"
        for new in (before, after):
            self.tensors[new] = self._resized(name, new, frames)
        label = self._name(name)
        self.ops.append(Op("slide", label, (before, name), (after,), {"axis": m.axis}))
        self.state.append((before, after))
        self.initial[before] = np.ascontiguousarray(
            np.take(rest[name], range(m.frames - frames, m.frames), axis=m.axis)
        )
        self.window[name] = after

    def _name(self, tensor: str) -> str:
        """A name for the op that keeps a tensor: that of what makes it."""
        maker = self.walk.graph.producer(tensor)
        base = f"{maker.name if maker is not None else 'input'}_window"
        taken = {op.name for op in (*self.walk.graph.ops, *self.ops)}
        return next(n for n in (base, *(f"{base}_{i}" for i in range(2, 999))) if n not in taken)

    def _wired(self, op: Op) -> Op:
        ins = [None if name is None else self._source(op, name) for name in op.inputs]
        return replace(op, inputs=tuple(ins))

    def _source(self, op: Op, name: str) -> str:
        """Where an op finds the frames it reads: the new ones, the window, or a part of it."""
        read = self.walk.reads.get((op.name, name))
        if read is None:
            return name
        m = self.walk.moving[name]
        if read.back == read.count == m.fresh:
            return name
        base = self.window.get(name, name)
        type_ = self.tensors[base].type
        if read.back == read.count == type_.shape[m.axis]:
            return base
        return self._part(op, name, base, read)

    def _part(self, op: Op, name: str, base: str, read: _Read) -> str:
        m, shape = self.walk.moving[name], self.tensors[base].type.shape
        part = f"{name}.for.{op.name}"
        self.tensors[part] = self._resized(name, part, read.count)
        size = self.tensors[part].type.shape
        begin = [0] * len(shape)
        begin[m.axis] = shape[m.axis] - read.back
        attrs = {"begin": tuple(begin), "count": size, "step": (1,) * len(shape), "shape": size}
        self.ops.append(
            Op("strided_slice", f"{op.name}_part{len(self.ops)}", (base,), (part,), attrs)
        )
        return part


def _zeros(graph: Graph) -> Array:
    """The input at rest: the stored value of 0."""
    type_ = graph.type(graph.inputs[0])
    zero = type_.quant.per_tensor[1] if type_.quant is not None else 0
    return np.full(type_.shape, zero, np.dtype(type_.dtype))

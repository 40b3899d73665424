"""Streaming graphs: every step equals the model on the whole window, from the first frame on."""

import re

import numpy as np
import pytest
from stream_models import ONE, Model, random_model

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.graph import run
from motekit.graph.run import run_sequence
from motekit.graph.stream import Stepped, stepped
from motekit.testing.graph_program import Case, host_program
from motekit.testing.graphs import chain, int8

STEPS = 23


def frames(made: Stepped, steps: int = STEPS, seed: int = 5) -> np.ndarray:
    """Random frames, a stretch of the lowest and of the highest values among them."""
    shape = list(made.batch.type("x").shape)
    shape[made.axis] = steps * made.hop + made.hop // 2
    out = np.moveaxis(np.random.default_rng(seed).integers(-128, 128, shape), made.axis, 0)
    out[4:7], out[9:12] = -128, 127
    return np.ascontiguousarray(np.moveaxis(out, 0, made.axis).astype(np.int8))


def expected(made: Stepped, stream: np.ndarray) -> list[list[np.ndarray]]:
    return [made.newest(run(made.batch, window)) for window in made.windows(stream)]


def assert_steps(made: Stepped) -> None:
    stream = frames(made)
    results = run_sequence(made.graph, made.steps(stream))
    assert len(results) == STEPS
    for i, (got, want) in enumerate(zip(results, expected(made, stream), strict=True)):
        for a, b in zip(got, want, strict=True):
            assert a.shape == b.shape and np.array_equal(a, b), f"step {i}: {made.whole}"


def streams(seed: int) -> Stepped | None:
    for hop in (1, 2, 3, 4, 5) if seed % 2 else (2, 4, 1):
        try:
            return stepped(random_model(seed), hop=hop)
        except InputError as error:
            assert "every step would compute" in error.what
    return None


@pytest.mark.parametrize("block", range(4))
def test_every_step_equals_the_batch(block: int) -> None:
    made = [m for seed in range(40 * block, 40 * block + 40) if (m := streams(seed)) is not None]
    assert len(made) > 20
    for one in made:
        assert_steps(one)


def test_steps_in_c_equal_the_batch() -> None:
    made = [m for seed in range(300, 309) if (m := streams(seed)) is not None]
    inputs = [frames(m, 14) for m in made]
    requests = [(i, step) for i, m in enumerate(made) for step in m.steps(inputs[i])]
    with host_program([Case(m.graph, keep=True) for m in made]) as program:
        results = iter(program.run(requests))
    for m, stream in zip(made, inputs, strict=True):
        for want in expected(m, stream):
            for a, b in zip(next(results), want, strict=True):
                assert np.array_equal(a, b)


def small(**layer: object) -> Model:
    m = Model(np.random.default_rng(1), (1, 12, 3, 2))
    m.layer("conv_2d", (3, 1), 4, **layer)
    return m


def ending(m: Model) -> Graph:
    m.add("mean", axes=(1, 2), keep_dims=False, **ONE)
    return m.graph()


def test_only_what_later_layers_read_is_kept() -> None:
    m = small()
    m.layer("depthwise_conv_2d", (5, 1))
    made = stepped(ending(m))
    assert [(k.tensor, k.frames, k.nbytes) for k in made.kept] == [
        ("x", 3, 3 * 6), (m.ops[0].outputs[0], 5, 5 * 12), (m.ops[1].outputs[0], 6, 6 * 12)
    ]  # fmt: skip
    assert made.macs == 12 * 3 * 2 + 12 * 5 and made.warmup == 12
    assert list(made.whole) == ["mean_2"]


def test_time_may_be_the_width() -> None:
    m = Model(np.random.default_rng(2), (1, 5, 14, 2))
    m.layer("conv_2d", (3, 4), 3, padding=(1, 1, 0, 0), stride=(2, 1))
    m.layer("max_pool_2d", (2, 2), stride=(1, 2))
    graph = ending(m)
    for hop in (2, 4):
        assert_steps(stepped(graph, axis=2, hop=hop))


def test_frames_may_be_joined_by_a_reshape_and_turned_by_a_transpose() -> None:
    m = Model(np.random.default_rng(3), (1, 48))
    m.add("reshape", new=False, shape=(1, 12, 4))
    m.add("transpose", new=False, order=(0, 2, 1))
    m.add("transpose", new=False, order=(0, 2, 1))
    m.add("reshape", new=False, shape=(1, 12, 1, 4))
    m.layer("conv_2d", (3, 1), 2)
    m.layer("average_pool_2d", (2, 1), stride=(2, 1))
    graph = ending(m)
    assert_steps(stepped(graph, hop=8))
    reason = stepped(graph, hop=12).whole["average_pool_2d_5"]
    assert "by 2 frames where 3 come in a step" in reason and "multiple of 24" in reason


def test_a_gate_that_sees_the_whole_window_stops_what_moves() -> None:
    m = small()
    moving = m.x
    gate = m.add("mean", axes=(1, 2), keep_dims=True, **ONE)
    m.x = moving
    m.add("mul", gate, activation="none", **ONE)
    m.layer("conv_2d", (2, 1), 3)
    made = stepped(ending(m))
    assert made.whole["mul_2"] == "one of its inputs depends on the whole window"
    assert_steps(made)


def test_padding_behind_layers_that_slide_costs_only_from_there_on() -> None:
    m = small()
    m.layer("conv_2d", (3, 1), 2, padding=(1, 1, 0, 0))
    made = stepped(m.graph())
    assert "pads the window with 1 frames before and 1 behind" in made.whole["conv_2d_1"]
    assert_steps(made)


def test_outputs_that_move_are_the_newest_ones() -> None:
    made = stepped(small().graph())
    assert made.output_axes == (1,) and made.graph.type(made.graph.outputs[0]).shape == (1, 1, 3, 4)
    assert_steps(made)


def test_rest_is_what_the_model_makes_of_zeros() -> None:
    made = stepped(small().graph())
    assert made.graph.initial.keys() == {"x.before"}
    zero = made.batch.type("x").quant.zero_point[0]
    assert (made.graph.initial["x.before"] == zero).all()


@pytest.mark.parametrize(
    ("layer", "message"),
    [({"padding": (0, 1, 0, 0)}, "conv_2d_0.*0 frames before and 1 behind"),
     ({"stride": (2, 1)}, "conv_2d_0.*the hop of a step must be a multiple of 2")],
)  # fmt: skip
def test_what_cannot_be_streamed_is_refused_with_the_layer(layer: dict, message: str) -> None:
    with pytest.raises(InputError) as caught:
        stepped(small(**layer).graph())
    assert re.search(message, caught.value.line())


def test_wrong_calls() -> None:
    graph = small().graph()
    for axis, hop in ((0, 1), (4, 1), (-1, 1), (1, 0), (1, 12)):
        with pytest.raises(InputError):
            stepped(graph, axis, hop)
    add = Op("add", "add", ("a", "b"), ("y",), {"activation": "none", **ONE})
    types = {name: int8(1, 9, scale=0.1) for name in "aby"}
    with pytest.raises(InputError, match="2 inputs"):
        stepped(chain(add, types=types, inputs=("a", "b"), outputs=("y",)))
    made = stepped(graph)
    with pytest.raises(InputError, match="keeps state of its own"):
        stepped(made.graph)
    with pytest.raises(InputError, match="not the model's"):
        made.steps(np.zeros((1, 5, 2, 2), np.int8))
    assert made.steps(np.zeros((1, 0, 3, 2), np.int8)) == []

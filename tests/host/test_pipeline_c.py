"""The streaming program on the host: ring, gaps, decisions, one-shot call."""

import ctypes

import numpy as np
import pytest
from generated_programs import generated

from motekit import graph as graphs
from motekit import targets
from motekit.compiler.pipeline import compile_pipeline
from motekit.core.decide import decide
from motekit.core.pipeline import Decision, int8_input
from motekit.deploy.host import HostProgram
from motekit.dsp import pipeline as dsp_pipeline
from motekit.testing.specs import small_spec

HOST = targets.core("host").spec


def program(spec):
    return HostProgram(spec, compile_pipeline(spec, HOST))


@pytest.fixture(scope="module")
def toy():
    return program(small_spec())


@pytest.mark.parametrize("name", ["cepstra", "shared", "widths"])
@pytest.mark.parametrize("arithmetic", ["float", "fixed"])
def test_blocks_that_compute_as_samples_arrive_give_their_features(name, arithmetic):
    spec, made = generated(name, arithmetic)
    host = HostProgram(spec, made)
    signal = spec.signal
    x = np.random.default_rng(3).integers(-9000, 9000, (300, 2)).astype(np.int16)
    cut = np.stack([x[s : s + 64] for s in range(0, 300 - 64 + 1, signal.stride)])
    out, played = host.windows(cut), host.play(x)
    assert np.array_equal(played.features, out.features)
    assert np.array_equal(played.scores, out.scores)
    if arithmetic == "fixed":
        raw = dsp_pipeline.fixed(cut, signal, spec.blocks)
        expected = spec.normalizer.q_fixed(raw, dsp_pipeline.lsb(signal, spec.blocks))
        assert np.array_equal(out.features, expected)
    else:
        natural = dsp_pipeline.reference(cut * np.array(signal.scale), signal, spec.blocks)
        near = np.abs(out.features - spec.normalizer.q(natural).astype(float))
        assert near.max() <= 2


def samples(frames, seed=1):
    return np.random.default_rng(seed).integers(-8192, 8192, (frames, 2)).astype(np.int16)


def test_features_are_the_normalised_reference(toy):
    x = samples(8 * 50).reshape(50, 8, 2)
    out = toy.windows(x)
    expected = toy.spec.normalizer.q((x / 4096).reshape(50, -1).astype(np.float32))
    assert np.array_equal(out.features, expected)


def test_scores_are_the_graph_reference(toy):
    out = toy.windows(samples(8 * 50).reshape(50, 8, 2))
    graph = toy.spec.graphs["classifier"]
    for q, scores in zip(out.features, out.scores, strict=True):
        (expected,) = graphs.run(graph, [int8_input(q).reshape(1, -1)])
        assert np.array_equal(scores, expected[0])
    assert np.array_equal(toy.invoke(int8_input(out.features)), out.scores)


def test_streamed_windows_are_the_cut_windows(toy):
    x = samples(201)
    starts = range(0, 201 - 8 + 1, 4)
    cut = toy.windows(np.stack([x[s : s + 8] for s in starts]))
    played = toy.play(x)
    assert np.array_equal(played.features, cut.features)
    assert np.array_equal(played.scores, cut.scores)


@pytest.mark.parametrize("smooth,hold", [(1, 0), (1, 2), (3, 0), (4, 3)])
@pytest.mark.parametrize("threshold", [0.0, 0.34, 0.5, 1.0])
def test_decisions_equal_the_reference(smooth, hold, threshold):
    spec = small_spec(decision=Decision(threshold, smooth, hold))
    played = program(spec).play(samples(400))
    assert np.array_equal(played.decision, decide(played.scores, spec.decision))


def test_one_shot_call_equals_the_stream(toy):
    x = samples(8)
    expected = toy.windows(x[None])
    result = np.zeros(1, expected_dtype(toy))
    toy._call("classify", x.ctypes.data_as(ctypes.c_void_p), result.ctypes.data_as(ctypes.c_void_p))
    assert np.array_equal(result["scores"][0], expected.scores[0])


def expected_dtype(toy):
    from motekit.deploy.layout import result_dtype

    return result_dtype(toy.spec)


class Stream:
    """Push and process by hand, so that overruns can be provoked."""

    def __init__(self, toy):
        self.lib, self.toy = toy._library, toy
        self.result = np.zeros(1, expected_dtype(toy))
        self.lib.toy_init()

    def push(self, frame):
        f = np.ascontiguousarray(frame, np.int16)
        return self.lib.toy_push(f.ctypes.data_as(ctypes.c_void_p))

    def drain(self):
        done = []
        while self.lib.toy_process(self.result.ctypes.data_as(ctypes.c_void_p)):
            done.append(self.result["scores"][0].copy())
        return done


def test_an_overrun_is_counted_and_no_window_spans_the_gap(toy):
    x = samples(60)
    stream, scores = Stream(toy), []
    for i in range(14):  # windows of 8 frames at 0 and 4; the next one begins at 8
        assert stream.push(x[i]) == 0
        scores += stream.drain()
    assert len(scores) == 2
    for i in range(14, 20):  # the ring holds a window and the slack of four frames
        assert stream.push(x[i]) == 0
    assert [stream.push(x[i]) for i in range(20, 23)] == [-1, -1, -1]
    scores += stream.drain()  # the windows at 8 and 12 lie in front of the gap
    for i in range(23, 40):
        assert stream.push(x[i]) == 0
        scores += stream.drain()
    assert stream.lib.toy_overruns() == 3
    starts = [0, 4, 8, 12, *range(23, 40 - 8 + 1, 4)]
    expected = toy.windows(np.stack([x[s : s + 8] for s in starts]))
    assert np.array_equal(np.array(scores), expected.scores)


@pytest.mark.parametrize("seed", range(20))
def test_random_bursts_never_make_a_window_of_frames_that_are_not_neighbours(toy, seed):
    """Push in bursts, process now and then: windows are exactly those of the unbroken runs."""
    rng = np.random.default_rng(seed)
    x = samples(400, seed)
    stream, scores, kept, runs = Stream(toy), [], [], []
    for i in range(400):
        if stream.push(x[i]) == 0:
            if kept and kept[-1] != i - 1:
                runs.append(kept)
                kept = []
            kept.append(i)
        if rng.random() < 0.15:
            scores += stream.drain()
    scores += stream.drain()
    runs.append(kept)
    starts = [s for run in runs for s in range(run[0], run[-1] - 8 + 2, 4)]
    expected = toy.windows(np.stack([x[s : s + 8] for s in starts])).scores
    rows = [tuple(row) for row in expected]
    position = 0
    for score in scores:  # in order, each one a window of an unbroken run
        position = rows.index(tuple(score), position) + 1
    assert len(scores) >= 0.8 * len(rows)


def test_frames_that_arrive_during_a_window_are_kept(toy):
    """The producer may run MK_SLACK frames ahead without touching the window in use."""
    x = samples(40)
    stream, scores = Stream(toy), []
    for i in range(0, 40, 4):
        for j in range(i, i + 4):
            assert stream.push(x[j]) == 0
        scores += stream.drain()
    starts = range(0, 40 - 8 + 1, 4)
    expected = toy.windows(np.stack([x[s : s + 8] for s in starts]))
    assert np.array_equal(np.array(scores), expected.scores)


def test_the_same_spec_prints_the_same_bytes():
    a, b = (compile_pipeline(small_spec(), HOST).files for _ in range(2))
    assert a == b


def test_no_library_name_is_left_in_a_program():
    generated = compile_pipeline(small_spec(), HOST)
    for name, text in generated.files.items():
        assert name.startswith("toy")
        words = {w for w in text.replace("(", " ").split() if w.startswith(("mk_", "MK_"))}
        assert not words, f"{name}: {words}"

"""Streaming programs on emulated cores: every step equals LiteRT on the whole window."""

import json
from pathlib import Path

import numpy as np
import pytest
import shared_data
from command_line import motekit
from stream_models import ONE, Model

from motekit.deploy.network import build_stream, random_frames
from motekit.graph import load
from motekit.graph.exporters import to_tflite
from motekit.graph.oracle import Oracle


@pytest.mark.parametrize(("core", "steps"), [("cortex-m4f", 120), ("cortex-m0plus", 40)])
def test_the_streaming_wake_word(core: str, steps: int, tmp_path: Path) -> None:
    graph = load(shared_data.models() / "mlperf_tiny" / "str_ww_ref_model.tflite")
    specs = np.load(shared_data.folder("mlperf_tiny_sww") / "calibration_samples.npz")["specs"]
    scale, zero = graph.type(graph.inputs[0]).quant.per_tensor
    real = np.clip(np.round(specs[:2] / scale) + zero, -128, 127).astype(np.int8)
    frames = np.concatenate([real.reshape(1, -1, 1, 40), random_frames(graph, 1, steps)], axis=1)
    with Oracle() as oracle:
        built = build_stream(graph, "sww", core, tmp_path, frames, oracle)
    assert built.mismatches == 0 and built.inputs_checked == steps + 60
    assert built.bill.macs == 46_040 and built.generated.sizes["state_bytes"] == 3_960


def test_compile_streams_from_the_command_line(tmp_path: Path) -> None:
    m = Model(np.random.default_rng(2), (1, 14, 1, 4))
    m.layer("conv_2d", (3, 1), 4)
    m.layer("depthwise_conv_2d", (5, 1))
    m.add("mean", axes=(1, 2), keep_dims=False, **ONE)
    model = tmp_path / "wave.tflite"
    model.write_bytes(to_tflite(m.graph()))
    done = motekit("compile", "--stream", model, "--hop", 2, "--out", tmp_path / "out", "--json")
    found = json.loads(done.out)
    assert done.code == 0 and found["mismatches"] == 0 and found["inputs_checked"] == 51
    assert found["stream"]["warmup_steps"] == 7 and found["stream"]["hop_frames"] == 2
    assert found["macs"] < found["stream"]["macs_whole_window"] and found["state_bytes"] > 0
    text = motekit("compile", model, "--stream", "1", "--out", tmp_path / "out", "--inputs", 1)
    assert text.code == 0 and "a step takes 1 new of 14 frames" in text.out
    for words in (
        ["--stream", "0"],
        ["--stream", "-1"],
        ["--stream", "--hop", "14"],
        ["--hop", "2"],
    ):
        refused = motekit("compile", model, *words, "--out", tmp_path / "none", "--json")
        assert refused.code == 2 and json.loads(refused.out)["what"]
    assert not (tmp_path / "none").exists()

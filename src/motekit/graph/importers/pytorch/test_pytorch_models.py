"""torch.export programs made by PyTorch: the graph computes what the module computes.

Skipped where PyTorch is not installed; motekit itself never needs it.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.graph.exporters import to_tflite
from motekit.graph.floats.compare import outputs_distance
from motekit.graph.floats.fuse import fuse
from motekit.graph.importers.opened import open_model
from motekit.graph.importers.pytorch import load
from motekit.graph.oracle import Oracle

torch = pytest.importorskip("torch", reason="needs PyTorch to make and run its models")
nn, F = torch.nn, torch.nn.functional


class Fn(nn.Module):
    """A function of one input as a module, with perhaps some layers."""

    def __init__(self, function: Callable[..., Any], *layers: Any) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.function = function

    def forward(self, x: Any) -> Any:
        return self.function(x, *self.layers)


def residual(x: Any, a: Any, b: Any, c: Any) -> Any:
    y = F.relu(a(x))
    return torch.softmax(c(torch.flatten(F.adaptive_avg_pool2d(y + b(y), 1), 1)), -1)


def attention(x: Any, conv: Any, gate: Any) -> Any:
    y = conv(x)
    scale = torch.sigmoid(gate(y.mean((2, 3))))
    return y * scale.unsqueeze(-1).unsqueeze(-1)


IMAGE, LINE, ROW = (1, 3, 8, 8), (1, 4, 9), (1, 6)
MODELS: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "sequence": (lambda: nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU(),
        nn.Conv2d(8, 8, 3, padding="same", groups=8), nn.ReLU6(), nn.Conv2d(8, 12, 1),
        nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.2), nn.Linear(48, 5)), IMAGE),
    "residual": (lambda: Fn(residual, nn.Conv2d(3, 6, 3), nn.Conv2d(6, 6, 3, padding=1),
                            nn.Linear(6, 4)), IMAGE),
    "attention": (lambda: Fn(attention, nn.Conv2d(3, 6, 3), nn.Linear(6, 6)), IMAGE),
    "temporal": (lambda: Fn(lambda x, a, b: x + F.relu(b(F.pad(x + a(F.pad(x, (2, 0))), (4, 0)))),
                            nn.Conv1d(4, 4, 3), nn.Conv1d(4, 4, 3, dilation=2)), LINE),
    "line": (lambda: nn.Sequential(
        nn.Conv1d(4, 6, 3, dilation=2), nn.BatchNorm1d(6), nn.SiLU(), nn.AvgPool1d(2),
        nn.Conv1d(6, 6, 2, groups=3), nn.AdaptiveMaxPool1d(1), nn.Flatten()), LINE),
    "rows": (lambda: nn.Sequential(
        nn.Linear(6, 5), nn.Hardswish(), nn.Linear(5, 5, bias=False), nn.LeakyReLU(0.1),
        nn.Linear(5, 3), nn.Hardtanh(-0.4, 0.9), nn.Hardsigmoid(), nn.Softmax(1)), ROW),
    "arithmetic": (lambda: Fn(
        lambda x: torch.maximum((2 - x) / 3, x * x) + torch.tanh(x).clamp(min=-0.5)), LINE),
    "shapes": (lambda: Fn(lambda x: torch.cat(
        [x[:, 1:, ::2], x.permute(0, 2, 1)[:, 3:8, :3].transpose(1, 2)], 1).reshape(1, -1)),
        LINE),
    "parts": (lambda: Fn(lambda x: torch.stack([
        p.amax(-1) for p in (*x.chunk(2, 1), *x.split([3, 1], 1)[1:])[:2]], 1)), LINE),
    "pads": (lambda: Fn(lambda x, c: c(F.pad(x, (1, 0, 2, 1))).squeeze().unsqueeze(0),
                        nn.Conv2d(3, 2, 3)), IMAGE),
    "stem": (lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(3, 2, 1),
                                   nn.AvgPool2d(2, 1, 1)), IMAGE),
    "decoder": (lambda: nn.Sequential(
        nn.ConvTranspose2d(3, 4, 3, 2, 1, 1), nn.PReLU(4), nn.Upsample(scale_factor=2),
        nn.ConvTranspose2d(4, 2, 2, 2), nn.Upsample(scale_factor=2, mode="bilinear")), IMAGE),
    "select": (lambda: Fn(lambda x: x.select(2, 4).mean(-1, keepdim=True) - x[:, :, 0]), LINE),
}  # fmt: skip


def exported(module: Any, shape: tuple[int, ...], decompose: bool = False) -> bytes:
    program = torch.export.export(module, (torch.randn(shape),))
    if decompose:
        program = program.run_decompositions()
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as process:
        yield process


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(3)
        yield


def loaded(content: bytes) -> Graph:
    try:
        return load(content, "toy", Path("toy.pt2"))
    except InputError as error:
        if "motekit has no op" in error.line():
            pytest.skip(error.line())
        raise


@pytest.mark.parametrize("decompose", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_float_arithmetic_of_the_graph_is_that_of_pytorch(
    name: str, decompose: bool, oracle: Oracle
) -> None:
    if name == "decoder" and decompose:
        pytest.skip("PyTorch takes PReLU apart, into ops that are refused")
    make, shape = MODELS[name]
    module = make().eval()
    graph = loaded(exported(module, shape, decompose))
    inputs = [torch.randn(shape) for _ in range(3)]
    got = oracle.run(to_tflite(fuse(graph)), [[x.numpy()] for x in inputs])
    for x, row in zip(inputs, got, strict=True):
        want = module(x).detach().numpy()
        assert row[0].shape == want.shape
        assert np.allclose(row[0], want, atol=2e-5), np.abs(row[0] - want).max()


def test_layers_keep_no_transposes_between_them() -> None:
    make, shape = MODELS["sequence"]
    graph = fuse(load(exported(make().eval(), shape), "toy", Path("toy.pt2")))
    kinds = [op.kind for op in graph.ops]
    assert kinds == ["transpose", "conv_2d", "depthwise_conv_2d", "conv_2d", "max_pool_2d",
                     "reshape", "fully_connected"]  # fmt: skip


def test_branches_with_and_without_layers_meet_channels_last() -> None:
    make, shape = MODELS["temporal"]
    kinds = [op.kind for op in fuse(loaded(exported(make().eval(), shape))).ops]
    assert kinds.count("transpose") == 3, (
        kinds
    )  # two of the input, padded and not; one of the output


@pytest.mark.parametrize("per_channel", [False, True])
def test_pt2e_programs_stay_within_steps_of_pytorch(
    per_channel: bool, tmp_path: Path, oracle: Oracle
) -> None:
    pytest.importorskip("torchao", reason="needs torchao to quantize")
    from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e
    from torchao.testing.pt2e import _xnnpack_quantizer as xnnpack

    make, shape = MODELS["sequence"]
    program = torch.export.export(make().eval(), (torch.randn(shape),)).module()
    quantizer = xnnpack.XNNPACKQuantizer()
    quantizer.set_global(xnnpack.get_symmetric_quantization_config(is_per_channel=per_channel))
    prepared = prepare_pt2e(program, quantizer)
    for _ in range(20):
        prepared(torch.randn(shape))
    module = convert_pt2e(prepared)
    path = tmp_path / "q.pt2"
    torch.export.save(torch.export.export(module, (torch.randn(shape),)), path)
    opened = open_model(path, oracle=oracle)
    assert opened.quantized == "file" and opened.comparison is not None
    cases = [[np.random.default_rng(i).normal(size=shape).astype(np.float32)] for i in range(20)]
    wanted = [[module(torch.from_numpy(c[0])).detach().numpy()] for c in cases]
    away = outputs_distance(opened.graph, cases, wanted, "PyTorch", oracle)
    assert away.max_steps <= 2.5, away
    own = opened.comparison.distances[0]
    assert own.against.startswith("its own arithmetic") and own.max_steps <= 2.5
    if per_channel:
        weights = [
            t for t in opened.graph.tensors.values() if t.is_constant and len(t.type.shape) > 1
        ]
        assert all(t.type.quant is not None and t.type.quant.axis is not None for t in weights)

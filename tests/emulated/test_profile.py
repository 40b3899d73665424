"""What every layer takes is counted in the shipped program, and shown, recorded and compared."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from command_line import motekit

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import TensorType
from motekit.deploy.layers import layer_cycles
from motekit.deploy.network import build_network, random_cases
from motekit.deploy.network_program import Program
from motekit.graph.exporters import to_tflite
from motekit.graph.oracle import Oracle
from motekit.targets import core
from motekit.targets.emulation import Machine
from motekit.targets.timing.bound import macs_per_cycle
from motekit.testing.graphs import int8, quant


def stack(units: tuple[int, ...] = (24, 24, 24, 5)) -> Graph:
    """Dense layers that share one kernel, a softmax behind them."""
    rng = np.random.default_rng(0)
    tensors, ops, x = [Tensor("x", int8(1, units[0], zero=3))], [], "x"
    for i, (n, out) in enumerate(itertools.pairwise(units)):
        weights = rng.integers(-90, 91, (out, n)).astype(np.int8)
        tensors += [Tensor(f"w{i}", TensorType((out, n), "int8", quant(0.01)), weights),
                    Tensor(f"y{i}", int8(1, out, zero=-4))]  # fmt: skip
        attrs = {"activation": "none", "rounding": "single"}
        ops.append(Op("fully_connected", f"dense_{i}", (x, f"w{i}", None), (f"y{i}",), attrs))
        x = f"y{i}"
    tensors.append(Tensor("p", int8(1, units[-1], scale=1 / 256, zero=-128)))
    ops.append(Op("softmax", "softmax", (x,), ("p",), {"beta": 1.0}))
    return Graph("toy", {t.name: t for t in tensors}, tuple(ops), ("x",), ("p",))


@pytest.mark.parametrize("name", ["cortex-m4f", "riscv32imc"])
def test_layers_add_up_to_the_bill(name: str, tmp_path: Path) -> None:
    graph = stack()
    cases = random_cases(graph, 5)
    with Oracle() as oracle:
        built = build_network(graph, "toy", name, tmp_path, cases, oracle, profiled=5)
    assert built.mismatches == 0
    assert sum(built.layers.by_layer.values()) + built.layers.glue == built.bill.cycles
    assert list(built.layers.by_layer) == ["dense_0", "dense_1", "dense_2", "softmax"]
    assert set(built.layers.calls.values()) == {1.0}
    assert built.layers.by_layer["dense_0"] == pytest.approx(
        built.layers.by_layer["dense_1"], abs=9
    )
    assert 0 < built.layers.glue < 0.2 * built.bill.cycles
    assert sum(r["share"] for r in built.rows()) < 1.0


def test_a_layer_takes_what_its_kernel_takes_alone(tmp_path: Path) -> None:
    """The same call, made by hand with the layer's own parameters in the same program."""
    graph = stack((16, 7))
    cases = random_cases(graph, 4)
    with Oracle() as oracle:
        built = build_network(graph, "toy", "cortex-m4f", tmp_path, cases, oracle)
    program = Program(graph, built.generated, "cortex-m4f", built.c_dir, built.elf, built.tflite)
    found = layer_cycles(program, cases[3:])
    row = next(r for r in built.rows() if r["name"] == "softmax")
    machine = Machine("cortex-m4f", built.elf)
    scores, out = machine.alloc(8), machine.alloc(8)
    machine.write(scores, cases[3][0].reshape(-1)[:7])
    alone = machine.measure(str(row["function"]), machine.symbol("softmax_params"), scores, out)
    assert abs(found.by_layer["softmax"] - alone.cycles) <= 0.1 * alone.cycles


def test_bounds_of_the_cores() -> None:
    found = {n: macs_per_cycle(core(n)) for n in ("cortex-m0plus", "cortex-m4f", "cortex-m33",
                                                  "riscv32imc", "host")}  # fmt: skip
    assert found == {"cortex-m0plus": 0.5, "cortex-m4f": 2.0, "cortex-m33": 2.0,
                     "riscv32imc": 0.5, "host": None}  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "stack.tflite"
    path.write_bytes(to_tflite(stack()))
    return path


def test_profile_and_diff_from_the_command_line(model: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "a", tmp_path / "b"
    done = motekit("profile", model, "--out", one, "--inputs", 2, "--json")
    found = json.loads(done.out)
    assert done.code == 0 and found["mismatches"] == 0
    assert found["cycles"] == sum(r["cycles"] for r in found["layers"]) + found["glue_cycles"]
    dense = found["layers"][0]
    assert dense["of_bound"] == pytest.approx(dense["macs"] / 2 / dense["cycles"], rel=0.01)
    page = Path(found["paths"]["report"]).read_text()
    assert "<script" not in page and "default-src 'none'" in page and dense["name"] in page
    text = motekit("profile", model, "--out", two, "--optimize", "flash", "--inputs", "1")
    assert text.code == 0 and "of bound" in text.out and "report   " in text.out

    same = motekit("diff", one, two / "build.json", "--json")
    told = json.loads(same.out)
    assert same.code == 0 and told["a"]["optimize"] == "speed"
    record = json.loads((two / "build.json").read_text())
    cycles = told["totals"]["cycles"]
    assert cycles["difference"] == record["cycles"] - found["cycles"]
    assert [r["name"] for r in told["layers"]] == [r["name"] for r in found["layers"]]
    shown = motekit("diff", one, two)
    assert shown.code == 0 and "B − A" in shown.out and dense["name"] in shown.out


def test_explain_tells_passes_and_kernels(model: Path, tmp_path: Path) -> None:
    done = motekit("compile", model, "--out", tmp_path, "--explain", "--inputs", 1)
    for word in (
        "What each pass did",
        "dead_channels",
        "Why each kernel was chosen",
        "not portable",
    ):
        assert word in done.out
    told = json.loads(motekit("compile", model, "--out", tmp_path, "--explain", "--json").out)
    assert {p["name"] for p in told["passes"]} >= {"fuse_pad", "dead_channels"}
    assert all(row["why"] and "rejected" in row for row in told["layers"])


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind": "network", "layers": [{}]}', "\0"])
def test_what_is_no_build_is_refused(text: str, tmp_path: Path) -> None:
    good = tmp_path / "good.json"
    good.write_text('{"kind": "network", "layers": [], "cycles": 3}')
    (tmp_path / "build.json").write_text(text)
    done = motekit("diff", good, tmp_path, "--json")
    assert done.code == 2 and "record of a build" in json.loads(done.out)["what"]
    missing = motekit("diff", tmp_path / "none", good)
    assert missing.code == 2 and "no such file or folder" in missing.err

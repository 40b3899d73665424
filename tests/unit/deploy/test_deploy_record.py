"""Records of builds of whole programs, old and new, and what `motekit diff` makes of two."""

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import motekit

from motekit.cli import console
from motekit.core.errors import PromiseError
from motekit.deploy import record
from motekit.deploy.network_program import forget
from motekit.deploy.prove import Proof
from motekit.workflows.diff import diff_builds


def bill(**more: Any) -> dict[str, Any]:
    return {
        "flash_bytes": 3000, "static_ram_bytes": 100, "stack_bytes": 60, "ram_bytes": 160,
        "cycles": {"total": 1000, "dsp": 700, "network": 250, "glue": 50}, "cycles_max": 1100,
        "cycles_tag": "emulated", "flash_by_part": {"code": 2500, "other": 500}, **more,
    }  # fmt: skip


def row(name: str, kernel: str, weights: int) -> dict[str, Any]:
    return {"name": name, "kernel": kernel, "weight_bytes": weights, "table_bytes": 4}


def test_two_programs_side_by_side(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    for folder in (a, b):
        folder.mkdir()
    layers = (row("dense", "simd", 100), row("softmax", "table", 0))
    record.write(a, record.pipeline("p", "cortex-m4f", bill(), layers, optimize="speed"))
    less = bill(flash_bytes=2900, cycles={"total": 2000, "dsp": 1500, "anomaly": 500})
    record.write(b, record.pipeline("p", "cortex-m0plus", less, (row("dense", "small", 100),)))

    found = diff_builds(a, b).as_dict()
    totals: Any = found["totals"]
    assert totals["flash_bytes"] == {"a": 3000, "b": 2900, "difference": -100, "ratio": -1 / 30}
    assert totals["cycles"]["difference"] == 1000 and totals["cycles_dsp"]["ratio"] == 800 / 700
    assert totals["cycles_anomaly"] == {"a": None, "b": 500, "difference": None, "ratio": None}
    dense, softmax = found["layers"]  # type: ignore[misc]
    assert (dense["kernel_a"], dense["kernel_b"]) == ("simd", "small")
    assert softmax["kernel_b"] is None and softmax["bytes"]["difference"] is None

    shown = motekit("diff", a, b)
    assert shown.code == 0
    for text in ("−3.3 %", "+100.0 %", "±0", "simd → small", "table → –", "not told apart"):
        assert text in shown.out, text


def test_another_name_leaves_nothing_of_the_old_build(tmp_path: Path) -> None:
    paths = {"elf": "one.elf", "tflite": "../mine.tflite"}
    record.write(tmp_path, {"kind": "network", "name": "one", "paths": paths, "layers": []})
    (tmp_path / "runner").mkdir()
    ours = ("one.elf", "runner/one_network_runner.c", "runner/one_network_call.h")
    for name in (*ours, "two.elf", "notes.txt"):
        (tmp_path / name).write_text("")
    outside = tmp_path.parent / "mine.tflite"
    outside.write_text("")
    forget(tmp_path)
    assert not any((tmp_path / name).exists() for name in (*ours, record.FILE))
    assert outside.exists() and (tmp_path / "two.elf").exists()
    (tmp_path / record.FILE).write_text("damaged")
    forget(tmp_path)
    assert (tmp_path / "notes.txt").exists() and not (tmp_path / record.FILE).exists()


def test_columns_that_a_terminal_has_no_room_for(monkeypatch: Any, capsys: Any) -> None:
    rows = [("conv", "dense", "1,000"), ("softmax", "table", "2")]
    for width, spared in ((21, False), (20, True)):
        monkeypatch.setattr(console, "terminal_width", lambda width=width: width)
        console.table(("layer", "op", "MACs"), rows, spare=(1,))
        shown = capsys.readouterr().out
        assert ("dense" not in shown, "left out" in shown) == (spared, spared)
        assert "1,000" in shown and max(map(len, shown.splitlines()[:3])) <= width


@pytest.mark.parametrize("wrong", [{"mismatches": 3}, {"over_bound": 2}])
def test_a_proof_that_does_not_hold_says_what_to_do(wrong: dict[str, int]) -> None:
    fine: dict[str, Any] = {
        "core": "cortex-m4f", "compiler": "zig", "opt": "-Os", "windows": 9, "mismatches": 0,
        "details": {"scores": 3}, "feature_flips": 0, "decision_flips": 0, "dsp_max_error": 0.25,
        "dsp_bound": 0.1, "over_bound": 0,
    }  # fmt: skip
    Proof(**fine).require()
    with pytest.raises(PromiseError, match="report it with the build's proof folder"):
        Proof(**fine | wrong).require()


def test_a_program_built_before_there_were_records_is_read_from_its_proof(tmp_path: Path) -> None:
    folder = tmp_path / "cortex-m4f"
    (folder / "proof").mkdir(parents=True)
    verdict = {"proof": {"windows": 3}, "bill": bill()}
    (folder / "proof" / "verdict.json").write_text(json.dumps(verdict))
    found = record.read(folder)
    assert (found["kind"], found["core"], found["cycles"]) == ("pipeline", "cortex-m4f", 1000)
    assert motekit("diff", folder, folder).code == 0

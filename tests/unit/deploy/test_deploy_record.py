"""Records of builds of whole programs, old and new, and what `motekit diff` makes of two."""

import json
from pathlib import Path
from typing import Any

from command_line import motekit

from motekit.deploy import record
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


def test_a_program_built_before_there_were_records_is_read_from_its_proof(tmp_path: Path) -> None:
    folder = tmp_path / "cortex-m4f"
    (folder / "proof").mkdir(parents=True)
    verdict = {"proof": {"windows": 3}, "bill": bill()}
    (folder / "proof" / "verdict.json").write_text(json.dumps(verdict))
    found = record.read(folder)
    assert (found["kind"], found["core"], found["cycles"]) == ("pipeline", "cortex-m4f", 1000)
    assert motekit("diff", folder, folder).code == 0

"""A record of a network's build for tests of its page, with long names and large numbers."""

from __future__ import annotations

from typing import Any


def layer(name: str, macs: int, cycles: int | None, **more: Any) -> dict[str, Any]:
    """One layer's row."""
    return {
        "name": name, "kind": "depthwise_conv_2d", "kernel": "portable", "why": "best for speed",
        "rejected": {"plane16": "<b>the kernel is not 3x3</b>"}, "shape": [1, 128, 128, 256],
        "macs": macs, "cycles": cycles, "cycles_estimated": 12, "share": 0.1,
        "cycles_per_mac": cycles / macs if cycles and macs else None,
        "of_bound": macs / 2 / cycles if cycles and macs else None,
        "weight_bytes": 270_880, "table_bytes": 0, "scratch_bytes": 1_024, **more,
    }  # fmt: skip


def network_record(**more: Any) -> dict[str, Any]:
    """A streaming build with layers of long names, without cycles, and without arithmetic."""
    return {
        "kind": "network", "motekit": "0.1.0", "name": "a_very_long_name_of_a_model_it_is",
        "core": "cortex-m0plus", "optimize": "speed", "compiler": "zig", "opt": "-Os",
        "command": "motekit profile <model>.tflite", "macs": 1_234_567_890, "cycles": 987_654_321,
        "cycles_tag": "emulated", "macs_per_cycle": 1.25, "macs_per_cycle_bound": 2.0,
        "arena_bytes": 123_456, "ram_bytes": 234_567, "stack_bytes": 1_234, "code_bytes": 12_345,
        "weight_bytes": 270_880, "state_bytes": 3_960, "mismatches": 0, "inputs_checked": 16,
        "glue_cycles": 123,
        "layers": [
            layer("model_batch_normalization_fused_batch_norm_v3_relu", 999_999_999, 987_654_321),
            layer("merged", 10, None),
            layer("softmax", 0, 445, kind="softmax"),
        ],
        "passes": [
            {"name": "dead_channels", "summary": "drop channels", "lines": ["x: 3 of 9 dropped"]},
            {"name": "unused", "summary": "drop ops", "lines": []},
        ],
        "stream": {
            "axis": 1, "window_frames": 30, "hop_frames": 1, "warmup_steps": 30,
            "macs_whole_window": 2_000_000_000,
            "kept": [{"tensor": "serving_default_input_1:0", "frames": 3, "nbytes": 120}],
            "computed_whole": {"mean": "it reduces over time"},
        },
        **more,
    }  # fmt: skip

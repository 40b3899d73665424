"""Model files that cannot be compiled: exit 2, one line with the reason and the way out, nothing
written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shared_data
from command_line import motekit

REFUSED = {  # model → what the line must say
    "mlonmcu/custom.tflite": ["2 op(s)", "op 0 CUSTOM 'Complex' 'complex' 1x1", "built-in ops"],
    "mlonmcu/model_with_zero_out.tflite": ["op 0 CUSTOM 'ZeroOut'", "1x10", "built-in ops"],
    "mlonmcu/model_with_reverse_sequence.tflite": ["op 0 REVERSE_SEQUENCE", "4x8", "no such op"],
    "tflm/audio_preprocessor_float.tflite": ["op(s)", "op 0 CUSTOM 'SignalWindow'", "1x480"],
    "tflm/audio_preprocessor_int8.tflite": ["op(s)", "op 0 CUSTOM 'SignalWindow'", "DIV"],
    "negative/har_int8_LFS_POINTER.tflite": ["Git LFS pointer", "git lfs pull"],
    "onnx_misc/treeensembleclassifier.onnx": ["op 0 ai.onnx.ml.TreeEnsembleClassifier", "learner"],
    "tflm/hello_world_float.tflite": ["float model", "--calibration FILE"],
}


@pytest.mark.parametrize("file", REFUSED)
def test_hopeless_models_are_refused_before_any_work(file: str, tmp_path: Path) -> None:
    path, out = shared_data.models() / file, tmp_path / "out"
    ended = motekit("compile", str(path), "--out", str(out))
    assert ended.code == 2 and not ended.out and ended.err.count("\n") == 1, ended
    assert ended.err.startswith("motekit: ") and not out.exists()
    for part in [str(path), *REFUSED[file]]:
        assert part in ended.err, (part, ended.err)


def test_calibration_data_of_the_wrong_shape_names_both_shapes(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((5, 3)))
    path, out = shared_data.models() / "tflm/hello_world_float.tflite", tmp_path / "out"
    ended = motekit("compile", str(path), "--calibration", str(tmp_path / "x.npy"),
                    "--out", str(out))  # fmt: skip
    assert ended.code == 2 and not out.exists()
    for part in ("x.npy", "(samples, 1)", "(5, 3)"):
        assert part in ended.err, ended.err


BAD_FILES = {  # content → what the line must say
    "empty": (b"", ("is empty", "download the model again")),
    "cut off": (None, ("ends too early or points beyond its end", "download")),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_damaged_models_say_what_is_wrong_in_words(kind: str, tmp_path: Path) -> None:
    content, says = BAD_FILES[kind]
    if content is None:
        whole = shared_data.models() / "tflm/hello_world_float.tflite"
        content = whole.read_bytes()[:600]
    (tmp_path / "a model.tflite").write_bytes(content)
    ended = motekit("compile", str(tmp_path / "a model.tflite"), "--out", str(tmp_path / "out"))
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1), ended
    assert all(part in ended.err for part in says) and not (tmp_path / "out").exists(), ended


def test_a_folder_is_not_a_model_file(tmp_path: Path) -> None:
    ended = motekit("compile", str(tmp_path))
    assert ended.code == 2 and "a folder, not a model file" in ended.err


@pytest.mark.parametrize("verb", ["compile", "profile"])
def test_more_inputs_than_memory_holds_are_refused(verb: str, tmp_path: Path) -> None:
    ended = motekit(verb, str(tmp_path / "x.tflite"), "--inputs", "99999999")
    assert ended.code == 2 and "10000" in ended.err, ended


def test_calibration_that_is_text_is_not_called_a_pickle_to_trust(tmp_path: Path) -> None:
    (tmp_path / "x.npy").write_text("yes,no\n")
    path = shared_data.models() / "tflm/hello_world_float.tflite"
    ended = motekit("compile", str(path), "--calibration", str(tmp_path / "x.npy"),
                    "--out", str(tmp_path / "out"))  # fmt: skip
    assert ended.code == 2 and "numpy.save" in ended.err, ended
    assert "pickle" not in ended.err and "trust" not in ended.err

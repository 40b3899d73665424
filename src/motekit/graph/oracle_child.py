"""The child process of `oracle`: the only place where the LiteRT interpreter runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np


def main(folder: str, resolver: str, which: str) -> int:
    """Run in.npz through model.tflite of `folder` and write out.npz."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    root = Path(folder)
    interpreter = Interpreter(
        model_path=str(root / "model.tflite"),
        num_threads=1,
        experimental_op_resolver_type=getattr(OpResolverType, resolver),
        experimental_preserve_all_tensors=which == "all",
    )
    try:
        interpreter.allocate_tensors()
        outputs = _run(interpreter, root, which)
    except (RuntimeError, ValueError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    np.savez(root / "out.npz", **outputs)
    return 0


def _run(interpreter: Any, root: Path, which: str) -> dict[str, Any]:
    inputs = interpreter.get_input_details()
    details = (
        interpreter.get_tensor_details() if which == "all" else interpreter.get_output_details()
    )
    outputs: dict[str, Any] = {"outputs": np.array(len(details))}
    with np.load(root / "in.npz", allow_pickle=False) as stored:
        for i in range(int(stored["cases"])):
            interpreter.reset_all_variables()
            for j, detail in enumerate(inputs):
                interpreter.set_tensor(detail["index"], stored[f"{i}.{j}"])
            interpreter.invoke()
            for j, detail in enumerate(details):
                outputs[f"{i}.{j}"] = interpreter.get_tensor(detail["index"])
    return outputs


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))

"""The child process of `oracle`: the only place where the LiteRT interpreter runs."""

from __future__ import annotations

import io
import struct
import sys
from typing import Any, BinaryIO

import numpy as np

LENGTH = struct.Struct("<BQ")
MEMORY_LIMIT = 4 << 30  # address space; a hostile model's allocation fails instead of swapping


def main() -> int:
    """Answer requests until standard input ends."""
    _limit_memory()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that a library prints may get into the answers
    while True:
        head = requests.read(LENGTH.size)
        if len(head) < LENGTH.size:
            return 0
        body = requests.read(LENGTH.unpack(head)[1])
        try:
            _answer(answers, 0, _run(body))
        except (RuntimeError, ValueError, MemoryError) as error:
            text = " ".join(str(error).split()) or type(error).__name__
            _answer(answers, 1, text.encode("utf-8", errors="replace"))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on this operating system
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def _answer(answers: BinaryIO, status: int, body: bytes) -> None:
    answers.write(LENGTH.pack(status, len(body)) + body)
    answers.flush()


def _run(request: bytes) -> bytes:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    with np.load(io.BytesIO(request), allow_pickle=False) as stored:
        tensors = [int(i) for i in stored["tensors"]]
        interpreter = Interpreter(
            model_content=stored["model"].tobytes(),
            num_threads=1,
            experimental_op_resolver_type=getattr(OpResolverType, str(stored["resolver"])),
            experimental_preserve_all_tensors=bool(tensors),
        )
        interpreter.allocate_tensors()
        outputs = _cases(interpreter, stored, tensors)
    packed = io.BytesIO()
    np.savez(packed, **outputs)
    return packed.getvalue()


def _cases(interpreter: Any, stored: Any, tensors: list[int]) -> dict[str, Any]:
    inputs = interpreter.get_input_details()
    wanted = tensors or [detail["index"] for detail in interpreter.get_output_details()]
    outputs: dict[str, Any] = {"outputs": np.array(len(wanted))}
    for i in range(int(stored["cases"])):
        if i == 0 or bool(stored["reset"]):
            interpreter.reset_all_variables()
        for j, detail in enumerate(inputs):
            interpreter.set_tensor(detail["index"], stored[f"{i}.{j}"])
        interpreter.invoke()
        for j, index in enumerate(wanted):
            outputs[f"{i}.{j}"] = interpreter.get_tensor(index)
    return outputs


if __name__ == "__main__":
    sys.exit(main())

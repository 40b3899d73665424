"""Which compilers of this machine can build with sanitizers."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

import pytest


@cache
def works(compiler: str) -> bool:
    """Whether a program under AddressSanitizer links: clang's runtime is a package of its own."""
    command = [compiler, "-fsanitize=address,undefined", "-x", "c", "-", "-o", "/dev/null"]
    source = b"int main(void) { return 0; }"
    return subprocess.run(command, input=source, capture_output=True, check=False).returncode == 0


def need(compiler: str) -> None:
    """Skip the test where the compiler, or its sanitizers, are not installed."""
    if shutil.which(compiler) is None:
        pytest.skip(f"needs {compiler} on the PATH")
    if not works(compiler):
        pytest.skip(f"needs the sanitizer runtime of {compiler} (libclang-rt-…-dev)")

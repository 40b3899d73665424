"""Fuzz both C ends of the mote link with libFuzzer, AddressSanitizer and UBSan.

python tests/fuzz/link/run.py --seconds 600
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from motekit.links.virtual.build import LINK

HERE = Path(__file__).parent


def build(compiler: str, folder: Path, *, fuzzer: bool) -> Path:
    """The fuzz target as a libFuzzer program (clang), or as one that makes its own inputs."""
    out = folder / "fuzz_link"
    kinds = "fuzzer,address,undefined" if fuzzer else "address,undefined"
    flags = ["-std=c99", "-O1", "-g", f"-fsanitize={kinds}", "-fno-sanitize-recover=all"]
    own = [] if fuzzer else ["-DMK_FUZZ_MAIN"]
    sources = [HERE / "mk_fuzz.c", *sorted(LINK.glob("*.c"))]
    command = [compiler, *flags, *own, f"-I{LINK}", *map(str, sources), "-o", str(out)]
    subprocess.run(command, check=True)
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, help="folder to keep inputs in")
    parser.add_argument("--inputs", type=int, help="so many random inputs instead, any compiler")
    parser.add_argument("--compiler", default="clang")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = build(args.compiler, Path(folder), fuzzer=args.inputs is None)
        if args.inputs is not None:
            return subprocess.run([program, "7", str(args.inputs)], check=False).returncode
        corpus = args.corpus or Path(folder) / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        limits = [f"-max_total_time={args.seconds}", "-max_len=1500", "-print_final_stats=1"]
        return subprocess.run([program, *limits, corpus], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

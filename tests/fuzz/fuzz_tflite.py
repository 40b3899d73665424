"""python tests/fuzz/fuzz_tflite.py [--minutes 30 | --runs N] [--seed S] [MODELS]

Feeds damaged .tflite files to the importer: bytes flipped, 32-bit words replaced by extreme
numbers, pieces copied over each other, ends cut off. Float models are quantized as well. Every
run must end in a graph or in an InputError, within 5 s and 1 GB.
"""

from __future__ import annotations

import sys

from files import arguments, contents, damaged, fuzz

from motekit.graph.importers.tflite import load

if __name__ == "__main__":
    args = arguments(__doc__)
    sys.exit(fuzz("tflite", load, contents(args.models, "*lite"), damaged, args))

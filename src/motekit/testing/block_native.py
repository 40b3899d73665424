"""A case as a program for this computer under the sanitizers."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.testing.block_case import Case

# Reads windows from standard input, writes raw features; memory of exactly the size needed.
MAIN = """
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{{
    const uint32_t count = (uint32_t)strtoul(argc > 1 ? argv[1] : "0", NULL, 10);
    const size_t frame = {length}U * {channels}U;
    mk_norm *const norm = calloc({features}, sizeof(mk_norm));
    for (uint32_t w = 0; w < count; w++) {{
        mk_sample *const window = malloc(frame * sizeof(mk_sample));
        int16_t *const q = malloc({features} * sizeof(int16_t));
        mk_feature *const raw = malloc({features} * sizeof(mk_feature));
        if ((fread(window, sizeof(mk_sample), frame, stdin) != frame) ||
            (mk_case_many(window, 1, norm, q, raw) != 0U)) {{
            return 1;
        }}
        fwrite(raw, sizeof(mk_feature), {features}, stdout);
        free(window);
        free(q);
        free(raw);
    }}
    free(norm);
    return 0;
}}
"""
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1")


def sanitized(case: Case, windows: npt.NDArray[Any], folder: Path) -> npt.NDArray[Any]:
    """Raw features of windows from a build with address and undefined-behaviour sanitizers."""
    files = case.files(folder)
    harness = folder / "mk_case.c"
    text = harness.read_text()
    values = {
        "length": case.signal.length,
        "channels": len(case.signal.channels),
        "features": case.count,
    }
    main = MAIN.format(**values)
    if case.arithmetic == "fixed":  # a shift of 0 is outside its range
        fill = "    for (uint32_t i = 0; i < " + str(case.count) + "U; i++) norm[i].shift = 1;\n"
        main = main.replace("    for (uint32_t w", fill + "    for (uint32_t w", 1)
    harness.write_text(text[: text.index("int main(void);")] + main)
    program = folder / "sanitized"
    flags = ("-std=c99", "-ffp-contract=off", "-fno-math-errno", *SANITIZE)
    subprocess.run(
        ["gcc", *flags, "-o", str(program), *map(str, files)], check=True, capture_output=True
    )
    x = np.ascontiguousarray(windows, dtype=case.sample_type)
    done = subprocess.run([str(program), str(len(x))], input=x.tobytes(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return np.frombuffer(done.stdout, case.feature_type).reshape(len(x), case.count)

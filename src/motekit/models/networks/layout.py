"""What order features come in: steps of time, and at each of them the same columns.

Blocks that keep time name their features "<column>[<step>]" or "<channel>.t<step>.<column>", step
after step.
"""

from __future__ import annotations

import re

from motekit.core.errors import InputError

_STEP = re.compile(
    r"(?P<column>.*)\[(?P<step>\d+)\]|(?P<channel>.*)\.t(?P<frame>\d+)\.(?P<rest>.*)"
)


def steps_and_columns(
    names: tuple[str, ...], features: int, columns: int, where: str
) -> tuple[int, int]:
    """(steps, columns) of features in time.

    Args:
        names: feature names; may be empty if `columns` is given.
        columns: values a step, as the user said; 0: by the names.
        where: the parameter, for errors.

    Raises InputError if the features are no steps of equal columns.
    """
    found = columns or _columns(names)
    if not found or features % found:
        raise InputError(
            "the features are not steps of time with the same columns each", where=where,
            value=f"{features} features, {found or 'no'} columns",
            way_out="use one block that keeps time (raw, spectrogram, mfe, mfcc), or say how many "
            "values there are a step",
        )  # fmt: skip
    return features // found, found


def _columns(names: tuple[str, ...]) -> int:
    """Columns by the names; 0 if they do not say so."""
    parts = [_STEP.fullmatch(name) for name in names]
    if not parts or not all(parts):
        return 0
    steps = [int(p["step"] or p["frame"]) for p in parts if p]
    columns = [(p["column"], p["channel"], p["rest"]) for p in parts if p]
    width = steps.count(steps[0])
    expected = [steps[0] + i // width for i in range(len(steps))]
    same = columns == columns[:width] * (len(columns) // width)
    return width if steps == expected and same else 0

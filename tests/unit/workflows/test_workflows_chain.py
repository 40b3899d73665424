"""A chain of blocks in mote.toml."""

from __future__ import annotations

import pytest

from motekit.core.errors import InputError
from motekit.workflows.project import from_table

LEARNER = {"learner": "dense"}


def test_names_and_sources_are_read() -> None:
    blocks = [
        {"block": "filter", "name": "calm", "cutoff_hz": 5.0},
        {"block": "flatten", "source": "calm", "channels": [1]},
    ]
    project = from_table({"name": "wrist", "blocks": blocks, "classifier": LEARNER}, "mote.toml")
    low, flat = project.recipes[0].blocks
    assert (low.name, low.source, low.params.cutoff_hz) == ("calm", "", 5.0)
    assert (flat.name, flat.source, flat.channels) == ("", "calm", (1,))


@pytest.mark.parametrize("field", ["name", "source"])
def test_a_name_is_text(field: str) -> None:
    blocks = [{"block": "filter", field: 3}]
    table = {"name": "wrist", "blocks": blocks, "classifier": LEARNER}
    with pytest.raises(InputError, match="a name is needed") as error:
        from_table(table, "mote.toml")
    assert error.value.where == f"mote.toml: blocks[0].{field}"

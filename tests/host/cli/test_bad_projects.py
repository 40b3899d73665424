"""Mistakes in mote.toml: one line with file, field, value and way out, exit 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import files_of, motekit
from small_project import TOML

GOOD = TOML.format(name="gestures")


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


NAME, FLATTEN, DENSE_NAME = '"gestures"', '"flatten"', '"dense"'
MISTAKES = {
    "no TOML": ("name = \n", ["not a TOML file", "line 1"]),
    "a key twice": (changed("seeds = [1]", "seeds = [1]\nseeds = [2]"), ["not a TOML file"]),
    "empty": ("", ["name", "''", "such as"]),
    "name": (changed(NAME, '"My Project"'), ["name", "'My Project'", "lower-case letter"]),
    "long name": (changed(NAME, f'"{"a" * 32}"'), ["name", "at most 31"]),
    "name of a C header": (changed(NAME, '"stdint"'), ["name", "'stdint'", "stdint.h is a header"]),
    "our name": (changed(NAME, '"mk_one"'), ["name", "'mk_one'", "motekit's own"]),
    "number for a name": (changed(NAME, "3"), ["name", "3", "such as"]),
    "seeds": (changed("[1]", '"1"'), ["seeds", "'1'", "such as seeds = [1, 2, 3]"]),
    "equal seeds": (changed("[1]", "[1, 1]"), ["seeds", "[1, 1]", "different"]),
    "table": (GOOD + "\n[sensors]\n", ["'sensors'", "known: name, seeds, signal"]),
    "field": (changed("length_s", "lenght_s"), ["signal.lenght_s", "did you mean 'length_s'?"]),
    "type": (
        changed("length_s = 1.0", 'length_s = "1"'),
        ["signal.length_s: expected a number", "'1'", "length of a window [s]"],
    ),
    "truth for a number": (
        changed("steps = 60", "steps = true"),
        ["classifier.steps: expected a whole number", "True"],
    ),
    "number for a list": (changed("hidden = [6]", "hidden = 6"), ["classifier.hidden", "a list"]),
    "text in a list": (changed("[6]", '["a"]'), ["classifier.hidden", "whole number", "'a'"]),
    "range": (changed("steps = 60", "steps = 0"), ["classifier.steps", "1 to 10000000", "0"]),
    "lower end": (
        GOOD + "\n[budget]\nflash_bytes = -1\n", ["budget.flash_bytes", "at least 0 B", "-1"],
    ),
    "no number": (changed("length_s = 1.0", "length_s = nan"), ["signal.length_s", "finite"]),
    "choice": (
        changed('"subject"', '"person"'),
        ["signal.split_by", "'person'", "choose one of: subject, session, recording"],
    ),
    "list of tables": (
        changed("[signal]", "[[signal]]"), ["signal", "expected a table", "write [signal]"],
    ),
    "block": (
        changed(FLATTEN, '"flaten"'), ["blocks[0].block", "'flaten'", "choose one of: "],
    ),
    "field of a block": (changed("skewness", "skew"), ["blocks[0].skew", "did you mean"]),
    "no block": (changed(f"block = {FLATTEN}\n", ""), ["blocks[0].block", "choose one of"]),
    "blocks as one table": (changed("[[blocks]]", "[blocks]"), ["[[blocks]]", "flatten"]),
    "channels": (
        changed(FLATTEN, f'{FLATTEN}\nchannels = "x"'),
        ["blocks[0].channels", "'x'", "such as channels = [0, 2]"],
    ),
    "no learner": (GOOD[: GOOD.index("[classifier]")], ["nothing to learn", "add [classifier]"]),
    "learner": (
        changed(DENSE_NAME, '"forest"'),
        ["classifier.learner", "'forest'", "choose one of: "],
    ),
    "another task": (
        changed('"kmeans"\nclusters = 4', DENSE_NAME),
        ["anomaly.learner", "'dense'", "the task 'classifier'"],
    ),
    "core": (
        GOOD + '\n[target]\ncore = "z80"\n',
        ["target.core", "'z80'", "choose one of: "],
    ),
    "board": (GOOD + '\n[target]\nboard = "nrf51"\n', ["target.board", "'nrf51'", "nrf52840"]),
    "board of another core": (
        GOOD + '\n[target]\ncore = "cortex-m0plus"\n',
        ["target.board", "the core cortex-m4f", "choose another board"],
    ),
    "compiler": (GOOD + '\n[target]\ncompiler = "iar"\n', ["target.compiler", "'iar'", "zig, gcc"]),
    "both ways": (GOOD + '\n[[recipes]]\nname = "x"\n', ["[[recipes]]", "remove the recipes"]),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name: str, tmp_path: Path) -> None:
    text, says = MISTAKES[name]
    (tmp_path / "mote.toml").write_text(text)
    before = files_of(tmp_path)
    ended = motekit("train", "--project", tmp_path)
    assert (ended.code, ended.out) == (2, ""), ended
    assert ended.err.startswith(f"motekit: {tmp_path / 'mote.toml'}: "), ended.err
    assert ended.err.count("\n") == 1 and "; " in ended.err, ended.err
    missing = [part for part in says if part not in ended.err]
    assert not missing, (missing, ended.err)
    assert files_of(tmp_path) == before


def test_text_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "mote.toml").write_bytes(b'name = "caf\xe9"\n')
    ended = motekit("train", "--project", tmp_path)
    assert ended.code == 2 and "mote.toml: not a TOML file" in ended.err


def test_errors_for_machines(tmp_path: Path) -> None:
    """With --json the same as one object on standard output."""
    (tmp_path / "mote.toml").write_text(changed("length_s", "lenght_s"))
    ended = motekit("train", "--project", tmp_path, "--json")
    assert (ended.code, ended.err) == (2, "")
    told = json.loads(ended.out)
    assert set(told) == {"error", "what", "where", "value", "way_out"}
    assert told["where"].endswith("mote.toml: signal.lenght_s") and told["value"] == "1.0"

"""Documentation that fails the build: it is complete, its links hold, its code exists."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import motekit
from motekit import cli, dsp, models, targets
from motekit.core.params import describe
from motekit.graph.ops import OPS
from motekit.recordings.formats import FORMATS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
WRITTEN = sorted((ROOT / "docs").rglob("*.md"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
TAGS = re.compile(r"\b(measured|emulated|estimated|published)\b", re.I)  # published: by others
# Units in which we publish results. Bytes of a format or a struct are facts, not results.
RESULT = re.compile(r"\d\s?(?:k?cycles|Mcycles|µJ|mJ|ms|µs|MIPS)\b|\d\s?k?B of (?:flash|RAM)\b")


def code(text: str, *languages: str) -> list[str]:
    """Bodies of the fenced blocks in some languages."""
    return [body for language, body in FENCE.findall(text) if language in languages]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built documentation; building it strictly is a test of its own."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def page(site: Path, path: str) -> str:
    return (site / path / "index.html").read_text("utf-8")


def test_pages_ask_no_server_for_anything(site: Path) -> None:
    for html in site.rglob("*.html"):
        text = html.read_text("utf-8")
        assert not re.search(r'(?:src|href)="https?://[^"]+\.(?:js|css|woff2?)', text), html


def test_every_verb_and_option_is_documented(site: Path) -> None:
    text = page(site, "reference/cli")
    for verb in cli.verbs():
        assert f"motekit {verb}" in text, verb


@pytest.mark.parametrize(
    ("path", "registry"),
    [
        ("reference/blocks", dsp.BLOCKS),
        ("reference/formats", FORMATS),
        ("reference/learners", models.LEARNERS),
        ("reference/operations", OPS),
    ],
    ids=["blocks", "formats", "learners", "ops"],
)
def test_every_plugin_is_documented_with_every_parameter(site: Path, path: str, registry) -> None:
    text = page(site, path)
    for plugin in registry:
        assert (getattr(plugin, "name", "") or plugin.kind) in text
        assert plugin.summary.split()[0] in text
        for info in describe(plugin.params) if hasattr(plugin, "params") else ():
            assert info.help, f"{plugin.name}.{info.name} does not say what it means"
            assert f"<code>{info.name}</code>" in text, (plugin.name, info.name)


def test_every_block_has_a_page_of_its_own(site: Path) -> None:
    """In docs/blocks/ or, where a block comes as one folder, in that folder."""
    for name in dsp.block_names():
        assert (site / "blocks" / name / "index.html").is_file(), f"docs/blocks/{name}.md"


def test_every_core_and_board_is_documented(site: Path) -> None:
    text = page(site, "reference/cores")
    for name in (*targets.core_names(), *targets.boards()):
        assert f"<code>{name}</code>" in text, name


def commands(text: str) -> list[list[str]]:
    """Words of every `motekit …` line in shell blocks and of `motekit …` in running text."""
    lines = [line for block in code(text, "sh", "bash", "console") for line in block.splitlines()]
    lines += re.findall(r"`(motekit [^`\n]+)`", FENCE.sub("", text))
    found = []
    for line in lines:
        for part in re.split(r"&&|\|", line.split(" #")[0]):
            words = part.strip().removeprefix("$ ").split()
            if words and words[0].endswith("motekit") and len(words) > 1:
                found.append(words[1:])
    return found


@pytest.mark.parametrize("path", [ROOT / "README.md", *WRITTEN], ids=lambda p: p.name)
def test_commands_in_the_text_exist(path: Path) -> None:
    import typer.main

    known = typer.main.get_command(cli.build_app()).commands
    for verb, *rest in commands(path.read_text("utf-8")):
        if verb.startswith("-"):
            continue
        assert verb in known, f"{path.name}: motekit {verb}"
        command = known[verb]
        if hasattr(command, "commands") and rest:
            assert rest[0] in command.commands, f"{path.name}: motekit {verb} {rest[0]}"
            command = command.commands[rest[0]]
        options = {o for p in command.params for o in p.opts} | {"--help"}
        for word in rest:
            if word.startswith("--"):
                assert word.split("=")[0] in options, f"{path.name}: motekit {verb} {word}"


@pytest.mark.parametrize("path", [ROOT / "README.md", *WRITTEN], ids=lambda p: p.name)
def test_python_in_the_text_parses_and_its_public_names_exist(path: Path) -> None:
    for block in code(path.read_text("utf-8"), "python", "py"):
        tree = ast.parse(block)
        aliases = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.name == "motekit"
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "motekit":
                assert {a.name for a in node.names} <= set(motekit.__all__)
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) in aliases:
                assert node.attr in motekit.__all__, f"{path.name}: motekit.{node.attr}"


@pytest.mark.slow
def test_the_readmes_python_runs(tmp_path: Path) -> None:
    blocks = code(README, "python")
    assert len(blocks) == 1
    subprocess.run([sys.executable, "-c", blocks[0]], cwd=tmp_path, check=True)


def test_the_readme_has_one_picture_and_two_set_up_commands() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert len(pictures) == 1 and (ROOT / pictures[0]).is_file()
    set_up = [b.strip() for b in code(README, "sh") if "pip install" in b or "tests/run" in b]
    assert len(set_up) == 2 and all("\n" not in command for command in set_up)
    assert set_up[0].endswith("motekit demo demo")
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert set_up[1] == "bash tests/run" and "tests/run" in ci


@pytest.mark.parametrize("path", [ROOT / "README.md", *WRITTEN], ids=lambda p: p.name)
def test_results_in_the_text_carry_their_tag(path: Path) -> None:
    """A paragraph or table with a result names its tag, or its neighbour before it does."""
    blocks = re.split(r"\n\s*\n", FENCE.sub("", path.read_text("utf-8")))
    for before, block in zip(["", *blocks], blocks, strict=False):
        if RESULT.search(block):
            assert TAGS.search(before + block), f"{path.name}: untagged result in: {block[:200]}"


def test_links_between_the_files_at_the_top_hold() -> None:
    for path in ROOT.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_change_fragment_has_a_kind() -> None:
    for path in (ROOT / "changes").iterdir():
        if path.name != "README.md":
            assert re.fullmatch(
                r"[a-z0-9-]+\.(added|changed|fixed|removed|security)\.md", path.name
            )
            assert path.read_text("utf-8").strip()


def test_product_code_never_evaluates_what_it_reads() -> None:
    for path in (ROOT / "src").rglob("*.py"):
        if path.name.startswith("test_"):
            continue  # these make the bombs that readers must refuse
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [a.name for a in node.names] + [getattr(node, "module", "") or ""]
                assert not {"pickle", "marshal", "shelve", "dill"} & set(names), path
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else ""
                assert name not in ("eval", "exec"), f"{path}:{node.lineno}"
                for keyword in node.keywords:
                    value = getattr(keyword.value, "value", None)
                    assert (keyword.arg, value) not in (("shell", True), ("allow_pickle", True))

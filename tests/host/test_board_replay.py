"""The proof pack on a "board": the runner built for this computer behind a pseudo-terminal."""

import os
import pty
import subprocess
import threading
import tty

import numpy as np
import pytest

from motekit import targets
from motekit.compiler.pipeline import compile_pipeline
from motekit.core.errors import InputError, MachineError
from motekit.deploy.board import load_pack, replay
from motekit.deploy.build import Options, build
from motekit.deploy.emulate import runner_source
from motekit.deploy.serial_line import opened
from motekit.graph.oracle import Oracle
from motekit.targets.toolchain import Settings, executable
from motekit.testing.specs import small_spec

PORT = """
#include "mk_semihost.h"
#include <unistd.h>
uint32_t mk_read(void *to, uint32_t count)
{
    uint32_t have = 0;
    while (have < count) {
        const ssize_t n = read(0, (char *)to + have, count - have);
        if (n <= 0) { break; }
        have += (uint32_t)n;
    }
    return have;
}
void mk_write(const void *from, uint32_t count)
{
    if (write(1, from, count) < 0) { _exit(1); }
}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    spec = small_spec(block="flatten", window=20, stride=10)
    x = np.random.default_rng(3).integers(-8000, 8000, (40, 20, 2)).astype(np.int16)
    with Oracle() as oracle:
        return build(spec, x, tmp_path_factory.mktemp("b"), oracle, Options("cortex-m4f"))


@pytest.fixture(scope="module")
def board(built, tmp_path_factory):
    """A program that talks to standard input and output as a board talks to its UART."""
    folder = tmp_path_factory.mktemp("board")
    generated = compile_pipeline(built.spec, targets.core("host").spec)
    files = list(generated.write(folder))
    (folder / "port.c").write_text(PORT)
    (folder / "runner.c").write_text(runner_source("toy"))
    header = built.proof_dir / "runner" / "mk_semihost.h"
    (folder / "mk_semihost.h").write_text(header.read_text())
    settings = Settings(include=(folder,), defines={"_DEFAULT_SOURCE": 1})
    files += [folder / "port.c", folder / "runner.c"]
    return executable(targets.core("host"), files, folder / "board", settings)


@pytest.fixture
def port(board):
    ours, theirs = pty.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    process = subprocess.Popen([str(board)], stdin=ours, stdout=ours)
    yield os.ttyname(theirs)
    process.kill()
    process.wait()
    os.close(ours)
    os.close(theirs)


def test_a_board_that_computes_the_same_passes(built, port):
    with opened(port, 115200) as line:
        found = replay(load_pack(built.proof_dir), line)
    assert found.holds and found.windows == 40 and found.mismatches == 0


def test_one_wrong_bit_is_found(built, port):
    pack = load_pack(built.proof_dir)
    answers = list(pack.answers)
    answers[7] = bytes([answers[7][0] ^ 1]) + answers[7][1:]
    changed = type(pack)(pack.identity, pack.request, pack.windows, tuple(answers))
    with opened(port, 115200) as line:
        found = replay(changed, line)
    assert not found.holds and found.mismatches == 1 and found.first == 7


def test_another_program_is_noticed(built, port):
    pack = load_pack(built.proof_dir)
    other = type(pack)(b"\0" * 16, pack.request, pack.windows[:2], pack.answers[:2])
    with opened(port, 115200) as line:
        assert not replay(other, line).identity


def test_a_silent_board_is_an_error(built):
    ours, theirs = pty.openpty()
    stop = threading.Event()
    with (
        pytest.raises(MachineError, match="0 of 16 bytes"),
        opened(os.ttyname(theirs), 115200) as line,
    ):
        line.timeout = 0.1
        replay(load_pack(built.proof_dir), line)
    stop.set()
    os.close(ours)
    os.close(theirs)


def test_a_missing_port_and_a_folder_that_is_no_pack(tmp_path):
    with pytest.raises(MachineError, match="serial port"), opened("/dev/none", 9600):
        pass
    with pytest.raises(InputError, match="not a proof pack"):
        load_pack(tmp_path)

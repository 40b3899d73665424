"""The virtual mote as a program: in firmware/apps, and as `motekit mote`."""

import contextlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from motekit.links.transports import file, serial, tcp
from motekit.links.virtual import Source, replay
from motekit.links.virtual.build import HERE, LINK, compile_host, link_sources
from motekit.testing.transport import STREAMS, Collecting, check

APP = Path(__file__).parents[3] / "firmware" / "apps" / "virtual_mote"
SOURCES = [*sorted(APP.glob("*.c")), HERE / "mk_vmote.c"]
WARNINGS = (
    "-Wall", "-Wextra", "-Wconversion", "-Wdouble-promotion", "-Wshadow", "-Wvla", "-Werror",
)  # fmt: skip
FAULTS = ("--drop", "0.02", "--flip", "0.02", "--duplicate", "0.02", "--reorder", "0.02",
          "--truncate", "0.02")  # fmt: skip


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    path = tmp_path_factory.mktemp("replay") / "three.replay"
    path.write_bytes(replay([Source(stream) for stream in STREAMS]))
    return path


def program(kind):
    """The command that starts a virtual mote."""
    if kind == "python":
        return [sys.executable, "-m", "motekit", "mote"]
    return [compile_host("virtual_mote", [*SOURCES, *link_sources()], library=False)]


@contextlib.contextmanager
def running(command):
    """A virtual mote in another process; yields where it can be reached."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        yield re.match(r"virtual mote on (.*)", process.stderr.readline())[1]
    finally:
        process.terminate()
        process.wait()
        process.stderr.close()


def boots(sink):
    return sorted({int(key[1].removeprefix("boot-"), 16) for key in sink.parts})


@pytest.mark.parametrize("kind", ["c", "python"])
def test_over_tcp_with_every_fault(kind, recorded):
    with running([*program(kind), recorded, "--tcp", "0", *FAULTS]) as where:
        params = tcp.Params(port=int(where.rpartition(":")[2]))
        with Collecting(tcp.TRANSPORT, params) as collecting:
            collecting.until({"imu": 400, "adc": 2000})
    (boot,) = boots(collecting.sink)
    assert check(collecting.sink, 1.5, boot) == 0


@pytest.mark.parametrize("kind", ["c", "python"])
def test_over_a_pseudo_terminal_with_a_reset_and_an_outage(kind, recorded):
    more = ("--reset", "1.0", "--outage", "2.0:2.5", "--seed", "5")
    with (
        running([*program(kind), recorded, "--pty", *more]) as where,
        Collecting(serial.TRANSPORT, serial.Params(port=where)) as collecting,
    ):
        collecting.until({"imu": 700})
    before, after = boots(collecting.sink)
    assert {before, after} >= {(5 * 2654435761) & 0xFFFFFFFF}


@pytest.mark.parametrize("kind", ["c"])
def test_one_way_through_a_pipe_into_a_file(kind, recorded, tmp_path):
    command = [*program(kind), recorded, "--stdio", "--one-way", "--seconds", "2"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
    path = tmp_path / "capture.bin"
    path.write_bytes(done.stdout)
    with Collecting(file.TRANSPORT, file.Params(path=str(path))) as collecting:
        collecting.join()
    (boot,) = boots(collecting.sink)
    assert check(collecting.sink, 1.8, boot) == 0


@pytest.mark.parametrize("kind", ["c", "python"])
def test_wrong_use(kind, recorded, tmp_path):
    wrong = [("--frobnicate",), (str(tmp_path / "no.replay"),), (str(recorded), "--ring", "100")]
    for arguments in wrong:
        done = subprocess.run([*program(kind), *arguments], capture_output=True, text=True)
        assert done.returncode == 2 and done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_host_s_c_is_free_of_warnings(compiler, tmp_path):
    if not shutil.which(compiler):
        pytest.skip(f"needs {compiler}")
    for source in [*SOURCES, *link_sources(reader=True)]:
        command = [compiler, "-std=c99", "-O2", *WARNINGS, "-ffp-contract=off", f"-I{LINK}"]
        out = tmp_path / "out.o"
        done = subprocess.run(
            [*command, f"-I{HERE}", "-c", source, "-o", out], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

"""The C of docs/link.md compiles, and its Python runs up to the missing device."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from motekit.core.errors import InputError
from motekit.links.runner import Runner
from motekit.links.transport import TRANSPORTS
from motekit.links.virtual.build import LINK

PAGE = (Path(__file__).parents[3] / "docs" / "link.md").read_text("utf-8")


def block(language):
    return re.search(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)[1]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_device_example_compiles(compiler, tmp_path):
    if not shutil.which(compiler):
        pytest.skip(f"needs {compiler}")
    source = tmp_path / "device.c"
    # Prototypes of the example's own functions, which a firmware has in its headers.
    own = "#include <stddef.h>\n#include <stdint.h>\nvoid start(uint32_t boot);\n"
    own += "void on_fifo(const int16_t *samples, uint32_t tick);\n"
    own += "void main_loop_step(const uint8_t *received, size_t n);\n"
    source.write_text(own + block("c"))
    command = [compiler, "-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", f"-I{LINK}"]
    subprocess.run([*command, "-c", source, "-o", tmp_path / "out.o"], check=True)


def test_the_host_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seen = []
    monkeypatch.setattr(Runner, "run", lambda self: seen.append(self._params.port))
    exec(compile(block("python").replace("60.0", "0.0"), "link.md", "exec"), {})
    assert seen == ["/dev/ttyACM0"]
    assert (tmp_path / "minute.samples").exists()


def test_every_transport_is_named():
    for name in TRANSPORTS.names():
        assert f"`{name}`" in PAGE, name
    with pytest.raises(InputError, match="there is no transport of this name"):
        TRANSPORTS.get("pigeon")

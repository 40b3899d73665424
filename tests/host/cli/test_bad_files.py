"""Files that cannot be imported: exit 2 and one line with file, field, value and way out; nothing
of them reaches the project."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import Ended, files_of, motekit
from small_project import csv_text, imported, movement, write_project

from motekit.core.recording import Channel, Recording, Stream
from motekit.recordings import write
from motekit.recordings.store import Store

ROWS = csv_text(movement("circle", 0)).splitlines()


def with_row(row: str) -> str:
    """A CSV file whose line 6 is `row`."""
    return "\n".join([*ROWS[:5], row, *ROWS[6:]]) + "\n"


def one_line(ended: Ended, *parts: str) -> None:
    """Exit 2, nothing on standard output, one line that holds all of `parts`."""
    assert ended.code == 2, ended
    assert not ended.out, ended
    assert ended.err.startswith("motekit: ") and ended.err.count("\n") == 1, ended.err
    for part in parts:
        assert part in ended.err, (part, ended.err)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


CSV = {
    # name: (content, options, what the line must say)
    "empty": ("", (), ["the file is empty", "record or export it again"]),
    "no_rows": (ROWS[0] + "\n", (), [":1", "there is a header but no row"]),
    "nan": (with_row("0.080,nan,3"), (), [":6", "'accX'", "'nan'", "give --set nan=keep"]),
    "missing": (with_row("0.080,,3"), (), [":6", "'accX'", "''", "--set nan=keep"]),
    "infinity": (with_row("0.080,-inf,3"), (), [":6", "'accX'", "'-inf'", "remove the row"]),
    "word": (with_row("0.080,abc,3"), (), [":6", "'accX'", "'abc'", "correct the row"]),
    "short": (with_row("0.080,3"), (), [":6", "2 fields", "'0.080,3'", "correct the row"]),
    "backwards": (with_row("0.010,1,3"), (), [":6", "'timestamp'", "0.01", "sort the rows"]),
    "unit": (
        "\n".join(ROWS), ("--set", 'units=["furlong"]'),
        [":1", "'accX'", "unknown unit", "'furlong'", "SenML"],
    ),
    "units": ("\n".join(ROWS), ("--set", 'units=["g", "g", "g"]'), ["units", "per channel (2)"]),
    "no_clock": ("accX,accY\n1,2\n3,4\n", (), ["'accX, accY'", "give rate_hz"]),
    "utf16": ("\n".join(ROWS), (), [":1", "not UTF-8", "save it as UTF-8"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CSV)
def test_csv(name: str, project: Path, tmp_path: Path) -> None:
    content, options, says = CSV[name]
    file = tmp_path / f"{name}.csv"
    file.write_text(content, encoding="utf-16" if name == "utf16" else "utf-8")
    before = files_of(project)
    one_line(motekit("import", file, *options, "--project", project), str(file), *says)
    assert files_of(project) == before


def acquired(folder: Path, kind: str, key: str = "") -> Path:
    """A good Edge Impulse acquisition file."""
    channels = (Channel("accX", "m/s2"), Channel("accY", "m/s2"))
    stream = Stream("accelerometer", channels, 50.0, movement("line", 1).astype(np.float64))
    path = folder / f"good.{kind}"
    write(path, Recording("good", (stream,)), f"edge_impulse_{kind}", {"hmac_key": key})
    return path


@pytest.mark.parametrize("kind", ["cbor", "json"])
def test_signatures(kind: str, project: Path, tmp_path: Path) -> None:
    file = acquired(tmp_path, kind, key="secret")
    before = files_of(project)
    wrong = motekit("import", file, "--set", "hmac_key=other", "--project", project)
    one_line(wrong, str(file), "field signature", "does not fit", "check the key")
    data = bytearray(file.read_bytes())
    data[-20] ^= 1  # in a sample
    changed = tmp_path / f"changed.{kind}"
    changed.write_bytes(bytes(data))
    one_line(motekit("import", changed, "--set", "hmac_key=secret", "--project", project),
             str(changed))  # fmt: skip
    assert files_of(project) == before
    fine = motekit("import", file, "--set", "hmac_key=secret", "--project", project)
    assert (fine.code, fine.err) == (0, "") and "1 added" in fine.out


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9, 0.999])
@pytest.mark.parametrize("kind", ["cbor", "json"])
def test_truncated_acquisition_files(
    kind: str, share: float, project: Path, tmp_path: Path
) -> None:
    data = acquired(tmp_path, kind).read_bytes()
    cut = tmp_path / f"cut.{kind}"
    cut.write_bytes(data[: int(len(data) * share)])
    before = files_of(project)
    one_line(motekit("import", cut, "--format", f"edge_impulse_{kind}", "--project", project),
             str(cut), ";")  # fmt: skip
    assert files_of(project) == before


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", "null", '"x"'])
def test_acquired_values_that_are_no_numbers(value: str, project: Path, tmp_path: Path) -> None:
    file = acquired(tmp_path, "json")
    told = json.loads(file.read_text())
    told["payload"]["values"][7][1] = "HERE"
    file.write_text(json.dumps(told).replace('"HERE"', value))
    ended = motekit("import", file, "--project", project)
    one_line(ended, str(file), ";")
    if value not in ("NaN", "Infinity"):  # these are no JSON at all
        assert "values[7]" in ended.err, ended.err


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_npz_with_values_that_are_no_numbers(bad: float, project: Path, tmp_path: Path) -> None:
    values = movement("line", 0).astype(np.float32)
    values[17, 1] = bad
    np.savez(tmp_path / "bad.npz", values=values)
    options = ("--set", "rate_hz=50", "--project", project)
    one_line(motekit("import", tmp_path / "bad.npz", *options), "bad.npz", "values", str(bad))


@pytest.mark.parametrize("ending", ["wav", "npz", "parquet", "json", "cbor"])
def test_files_of_another_kind(ending: str, project: Path, tmp_path: Path) -> None:
    file = tmp_path / f"text.{ending}"
    file.write_text("this is not what the ending says\n" * 20)
    before = files_of(project)
    one_line(motekit("import", file, "--project", project), str(file), ";")
    assert files_of(project) == before


OPTIONS = {
    "unknown format": (("--format", "xls"), ["'xls'", "csv"]),
    "unknown parameter": (("--set", "unit=g"), ["format csv.unit", "did you mean 'units'?"]),
    "type of a parameter": (("--set", "rate_hz=fast"), ["format csv.rate_hz", "'fast'", "rate"]),
    "parameter without value": (("--set", "rate_hz"), ["--set", "name=value", "'rate_hz'"]),
    "choice": (("--label", "maybe"), ["label", "'maybe'", "auto, folder, none"]),
    "pattern": (("--pattern", "{label}-{subject}"), ["pattern", "rename it"]),
    "bad pattern": (("--pattern", "{label"), ["pattern", "'{label'", "for example"]),
    "no sidecar": (("--sidecar", "none.csv"), ["none.csv", "check the path"]),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_of_import(name: str, project: Path, tmp_path: Path) -> None:
    options, says = OPTIONS[name]
    (tmp_path / "good.csv").write_text("\n".join(ROWS))
    before = files_of(project)
    one_line(motekit("import", tmp_path / "good.csv", *options, "--project", project), *says)
    assert files_of(project) == before


@pytest.mark.parametrize("given", ["nothing.csv", "*.nothing", "empty folder"])
def test_nothing_to_import(given: str, project: Path, tmp_path: Path) -> None:
    (tmp_path / "empty folder").mkdir()
    one_line(motekit("import", tmp_path / given, "--project", project), str(tmp_path / given), ";")


def test_a_bad_file_behind_good_ones_loses_nothing(project: Path, tmp_path: Path) -> None:
    """What was stored before it stays, whole; once it is put right the same call goes on."""
    for name in "abd":
        (tmp_path / f"{name}.csv").write_text("\n".join(ROWS))
    (tmp_path / "c.csv").write_text(with_row("0.080,abc,3"))
    call = ("import", tmp_path / "*.csv", "--project", project)
    one_line(motekit(*call), "c.csv")
    store = Store.of_project(project)
    assert store.names() == ["a", "b"] and store.verify() == []
    (tmp_path / "c.csv").write_text("\n".join(ROWS))
    assert motekit(*call).out.startswith("2 unchanged, 2 added")
    assert store.names() == ["a", "b", "c", "d"]


class TestPathsOutside:
    """No name and no file of a project leads out of its folder."""

    def test_names_of_recordings(self, project: Path, tmp_path: Path) -> None:
        (tmp_path / "good.csv").write_text("\n".join(ROWS))
        before = files_of(tmp_path)
        for prefix in ("../", "../../x/", "/etc/"):
            call = ("import", tmp_path / "good.csv", "--prefix", prefix, "--project", project)
            one_line(motekit(*call), "outside the project", prefix, "inside the project folder")
        left = {k: v for k, v in files_of(tmp_path).items() if not k.endswith(".lock")}
        assert left == before

    def test_names_in_a_file(self, project: Path, tmp_path: Path) -> None:
        lines = [f"{row},{'who' if i == 0 else '../../out'}" for i, row in enumerate(ROWS)]
        (tmp_path / "long.csv").write_text("\n".join(lines))
        call = ("import", tmp_path / "long.csv", "--set", 'recording=["who"]', "--project", project)
        one_line(motekit(*call), "outside the project", "../../out")
        assert not (tmp_path / "out").exists()

    def test_files_of_a_recording(self, tmp_path: Path) -> None:
        project = imported(tmp_path)
        secret = tmp_path / "secret.parquet"
        folder = next((project / "recordings").glob("rest*"))
        sidecar = folder / "recording.json"
        secret.write_bytes(next(folder.glob("*.parquet")).read_bytes())
        told = json.loads(sidecar.read_text())
        told["streams"][0]["file"] = "../../../secret.parquet"
        sidecar.write_text(json.dumps(told))
        one_line(motekit("train", "--project", project), folder.name)

    def test_the_pointer_to_the_newest_run(self, project: Path, tmp_path: Path) -> None:
        (tmp_path / "run").mkdir()
        (project / "runs").mkdir()
        (project / "runs" / "latest").write_text("../../run\n")
        one_line(motekit("build", "--project", project), "runs/latest", "outside the project",
                 "../../run")  # fmt: skip

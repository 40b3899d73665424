from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Gap, Recording
from motekit.recordings.edge_impulse import Params
from motekit.recordings.formats.edge_impulse_json import FORMAT
from motekit.testing.format import FormatContract, some_recording

KEY = "0123456789abcdef"
TEXT = """{
  "protected": {"ver": "v1", "alg": "none", "iat": 1564128599},
  "signature": "0000000000000000000000000000000000000000000000000000000000000000",
  "payload": {"device_type": "X", "interval_ms": 10.5,
    "sensors": [{"name": "accX", "units": "m/s2"}, {"name": "t", "units": "N/A"}],
    "values": [[-9.81, 0.03], [-9.83, 4]]}
}"""


class TestJson(FormatContract):
    format = FORMAT
    recordings = (some_recording(device="d"),)
    files: ClassVar[dict[str, bytes]] = {"by_hand.json": TEXT.encode()}
    keeps = ("device",)
    bombs: ClassVar[dict[str, bytes]] = {
        "lists.json": b"[" * 1_000_000,
        "objects.json": b'{"payload":' * 200_000,
        "digits.json": b'{"payload":' + b"9" * 1_000_000 + b"}",
        "text.json": b'{"payload":"' + b"a" * 1_000_000,
    }


class TestSignedJson(FormatContract):
    format = FORMAT
    params: ClassVar[dict[str, Any]] = {"hmac_key": KEY, "unsigned": "refuse"}
    recordings = (some_recording(rows=20),)
    keeps = ()
    guarded = True


def read(path: Path, text: str, **params: Any) -> Recording:
    path.write_text(text)
    (found,) = FORMAT.parts(path, Params(**params))
    return found


def test_spaces_of_other_writers_are_part_of_the_signature(tmp_path: Path) -> None:
    text = TEXT.replace("none", "HS256")
    digest = hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
    for spelled in (digest, digest.upper()):
        found = read(tmp_path / "x.json", text.replace("0" * 64, spelled), hmac_key=KEY)
        assert found.metadata["signature"] == "verified"
    with pytest.raises(InputError, match="does not fit"):
        read(tmp_path / "x.json", text.replace("0" * 64, digest) + " ", hmac_key=KEY)


def test_reads_rate_units_and_device(tmp_path: Path) -> None:
    found = read(tmp_path / "x.json", TEXT)
    assert found.name == "x" and found.device is None
    assert found.streams[0].rate_hz == pytest.approx(95.238095)
    assert [c.unit for c in found.streams[0].channels] == ["m/s2", "N/A"]
    assert read(tmp_path / "x.json", TEXT, units=("g", "V")).streams[0].channels[0].unit == "g"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"ver": "v1"', '"ver": "v2"', "version"),
        ('"alg": "none"', '"alg": "RS256"', "algorithm"),
        ("0" * 64, "0" * 63, "64 hex"),
        ("-9.83", "NaN", "NaN"),
        ("-9.83", "1e999", "finite"),
        ('"ver": "v1"', '"ver": "v1", "ver": "v1"', "twice"),
        ('"payload"', '"other"', "missing"),
        ("}\n}", "}\n}x", "not JSON"),
        ('"N/A"', '"foo"', "unknown unit"),
    ],
)
def test_names_what_is_wrong(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError, match=what) as error:
        read(tmp_path / "x.json", TEXT.replace(old, new, 1))
    assert "x.json" in str(error.value.where)


def test_gaps_have_no_place_in_it(tmp_path: Path) -> None:
    from dataclasses import replace

    made = some_recording()
    holey = replace(made, streams=(replace(made.streams[0], gaps=(Gap(3, 1),)),))
    assert FORMAT.write is not None
    with pytest.raises(InputError, match="missing samples"):
        FORMAT.write(tmp_path / "x.json", holey, Params())


def test_a_written_file_has_the_documented_form(tmp_path: Path) -> None:
    assert FORMAT.write is not None
    FORMAT.write(tmp_path / "x.json", some_recording(), Params())
    found = json.loads((tmp_path / "x.json").read_text())
    assert list(found) == ["protected", "signature", "payload"]
    assert found["payload"]["interval_ms"] == 20.0 and found["signature"] == "0" * 64

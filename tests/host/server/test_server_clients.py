"""Clients of the Edge Impulse ingestion protocol that others wrote, unchanged.

The package registry for Python offers one: Edge Impulse's SDK. It brings some twenty packages, so
it lives in an environment of its own: tests/run_services makes it and sets MOTEKIT_TEST_EI_PYTHON.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from server_kit import cbor_file, csv_file, json_file, wav_file

from benchmarks.ingest.bench_server import Running, free_port, project
from motekit.recordings.store import Store

PYTHON = os.environ.get("MOTEKIT_TEST_EI_PYTHON")


@pytest.mark.skipif(not PYTHON, reason="needs MOTEKIT_TEST_EI_PYTHON, see tests/run_services")
def test_edge_impulse_s_own_sdk(tmp_path: Path) -> None:
    assert PYTHON is not None
    folder, files = tmp_path / "project", tmp_path / "files"
    key, hmac_key = project(folder)
    files.mkdir()
    made = {
        "walk.01.json": json_file(1, hmac_key), "walk.02.cbor": cbor_file(2, hmac_key),
        "walk.03.csv": csv_file(3), "walk.04.wav": wav_file(4),
    }  # fmt: skip
    for name, data in made.items():
        (files / name).write_bytes(data)
    server = Running(folder, free_port())
    try:
        server.wait()
        script = Path(__file__).with_name("edge_impulse_sdk.py")
        done = subprocess.run(
            [PYTHON, script, key, files], capture_output=True, text=True, check=True,
            env={"PATH": os.environ["PATH"],
                 "EI_INGESTION_ENDPOINT": f"http://127.0.0.1:{server.port}"},
        )  # fmt: skip
        _version, first, again, wrong = json.loads(done.stdout.splitlines()[-1])
        assert (first, again, wrong) == (4, 0, 0), done.stdout + done.stderr
        store, limit = Store.of_project(folder), time.monotonic() + 20
        while len(store) < 4 and time.monotonic() < limit:
            time.sleep(0.1)
    finally:
        server.stop()
    recordings = {r.name: r for r in store}
    assert sorted(recordings) == ["walk.01", "walk.02", "walk.03", "walk.04"]
    assert {r.label for r in recordings.values()} == {"walk"}
    signatures = {n: r.metadata.get("signature") for n, r in recordings.items()}
    assert signatures["walk.01"] == signatures["walk.02"] == "verified"

"""Whatever is sent, the answer is never a fault of ours, and everything taken can be settled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from server_kit import cbor_file, csv_file, json_file, serving, wav_file
from starlette.testclient import TestClient

from motekit.server.app import Server
from motekit.server.limits import Limits
from motekit.server.settle import settle_all

GOOD = [json_file(), cbor_file(), csv_file(), wav_file()]
text = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60)
edits = st.lists(
    st.tuples(st.integers(0, 5000), st.binary(max_size=4), st.integers(0, 4)), max_size=4
)
visible = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#?")
PARAMETERS = ["name", "sensor", "start", "stop", "points", "limit", "after", "token"]
Server3 = tuple[Server, TestClient, dict[str, str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server3]:
    limits = Limits(burst=1e9, refusals_burst=1e9)
    with ExitStack() as stack:
        yield stack.enter_context(serving(tmp_path_factory.mktemp("fuzz"), limits))


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Good files, changed in some places; or anything."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=300))
    data = bytearray(draw(st.sampled_from(GOOD)))
    for place, new, gone in draw(edits):
        place %= len(data) + 1
        data[place : place + gone] = new
    return bytes(data)


headers = st.dictionaries(
    st.sampled_from(["x-label", "x-metadata", "x-file-name", "x-no-label", "x-disallow-duplicates",
                     "x-add-date-id", "content-type", "cookie", "range", "authorization"]),
    text | st.sampled_from(["1", "a.json", "b.csv", "{}", '{"a":"b"}', '{"a":[1]}', "text/csv"]),
)  # fmt: skip
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@given(
    path=st.sampled_from(["training", "testing", "split"]),
    kind=st.sampled_from(["data", "files"]),
    body=bodies(),
    more=headers,
)
@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
def test_uploads_never_fail_on_our_side(
    server: Server3, path: str, kind: str, body: bytes, more: dict[str, str]
) -> None:
    _, client, secrets = server
    sent: dict[str, Any] = {k: v.encode("latin-1") for k, v in more.items()}
    if kind == "files":
        name = sent.pop("x-file-name", b"a")
        head = b'--x\r\nContent-Disposition: form-data; name=data; filename="' + name
        body = head + b'"\r\n\r\n' + body + b"\r\n--x--\r\n"
        sent["content-type"] = b"multipart/form-data; boundary=x"
    sent["x-api-key"] = secrets["unchecked"]
    answer = client.post(f"/api/{path}/{kind}", content=body, headers=sent)
    assert answer.status_code in (200, 400, 401, 421), answer.text


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "X"]),
    path=st.text(visible, max_size=40),
    query=st.dictionaries(st.sampled_from(PARAMETERS), text),
    more=headers,
)
@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
def test_requests_never_fail_on_our_side(
    server: Server3, method: str, path: str, query: dict[str, str], more: dict[str, str]
) -> None:
    found, client, secrets = server
    known = sorted(e.path for e in found.endpoints)
    target = known[len(path) % len(known)] if len(path) % 2 else f"/{path}"
    sent: dict[str, Any] = {k: v.encode("latin-1") for k, v in more.items()}
    sent["x-api-key"] = secrets["write"]
    import httpx2

    try:
        url = httpx2.URL("http://127.0.0.1:4800").copy_with(raw_path=target.encode())
        url = url.copy_merge_params(query)
    except httpx2.InvalidURL:
        return
    assert client.request(method, url, headers=sent).status_code < 500


@given(body=st.binary(max_size=500), boundary=st.sampled_from(["x", "--x", "x" * 70]))
@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
def test_forms_never_fail_on_our_side(server: Server3, body: bytes, boundary: str) -> None:
    _, client, secrets = server
    sent = {"x-api-key": secrets["ingest"],
            "content-type": f"multipart/form-data; boundary={boundary}"}  # fmt: skip
    body = body.replace(b"x", b"--x\r\n")
    assert client.post("/api/training/files", content=body, headers=sent).status_code == 400


def test_z_everything_taken_can_be_settled(server: Server3) -> None:
    found, _, _ = server
    settle_all(found.state.places, found.state.store)
    assert found.state.look().refused == 0
    assert not found.state.store.verify()

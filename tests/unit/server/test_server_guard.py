"""Every route, method and WebSocket is refused, and the refusal logged, unless all is right."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from server_kit import URL, json_file, serving
from starlette.testclient import TestClient, WebSocketDenialResponse

from motekit.server.access import PUBLIC, WEBSOCKET
from motekit.server.app import Server
from motekit.server.keys import SCOPES
from motekit.server.limits import Limits
from motekit.server.log import JsonLines

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
EVIL = {"host": "evil.test"}
FOREIGN = {"origin": "http://evil.test"}


def paths(server: Server) -> list[str]:
    """One concrete path for each endpoint of the application."""
    assert server.endpoints
    return [endpoint.path.replace("*", "a") for endpoint in server.endpoints]


def statuses(client: TestClient, server: Server, headers: dict[str, str]) -> dict[str, int]:
    """Answer of every method on every path, and on one that is none."""
    out = {}
    for path in [*paths(server), "/none", "/login/x"]:
        for method in METHODS:
            out[f"{method} {path}"] = client.request(method, path, headers=headers).status_code
    return out


def refusals(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    return [line for line in lines if line["event"] == "refused"]


def test_every_handler_is_an_endpoint_with_a_scope(tmp_path: Path) -> None:
    """Handlers run by what the guard admitted to: there is no other way to one."""
    with serving(tmp_path) as (server, _, _):
        assert all(e.scope in (*SCOPES, PUBLIC) for e in server.endpoints)
        assert len({(e.path, m) for e in server.endpoints for m in e.methods}) == len(
            [m for e in server.endpoints for m in e.methods]
        )
        public = [e.path for e in server.endpoints if e.scope == PUBLIC]
        assert public == ["/login"]


@pytest.mark.parametrize("secret", [None, "mote_wrong", "", "é", "x" * 10000])
def test_without_credentials_all_is_401(
    tmp_path: Path, secret: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    limits = Limits(refusals_burst=10_000)
    with serving(tmp_path, limits) as (server, client, _), caplog.at_level(logging.WARNING):
        headers = {} if secret is None else {"x-api-key": secret.encode("utf-8")}
        found = statuses(client, server, headers)  # type: ignore[arg-type]  # bytes are allowed
        assert set(found.values()) == {401}, {k: v for k, v in found.items() if v != 401}
        assert len(refusals(caplog)) == len(found)
        assert all("x" * 300 not in json.dumps(line) for line in refusals(caplog))


def test_a_foreign_host_is_421_even_with_a_key(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(tmp_path) as (server, client, secrets), caplog.at_level(logging.WARNING):
        for key in secrets.values():
            found = statuses(client, server, EVIL | {"x-api-key": key})
            assert set(found.values()) == {421}
        assert all(secret not in caplog.text for secret in secrets.values())


def test_a_foreign_origin_is_403_even_with_a_key(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client, secrets):
        for origin in (
            "http://evil.test",
            "null",
            "http://127.0.0.1",
            URL + ".evil.test",
            "https://127.0.0.1:4800",
        ):
            found = statuses(client, server, {"origin": origin, "x-api-key": secrets["write"]})
            assert set(found.values()) == {403}, origin


def test_scopes_open_their_routes_only(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client, secrets):
        for endpoint in server.endpoints:
            if endpoint.methods == (WEBSOCKET,) or endpoint.scope == PUBLIC:
                continue
            for scope, key in secrets.items():
                path, method = endpoint.path.replace("*", "a"), endpoint.methods[0]
                status = client.request(method, path, headers={"x-api-key": key}).status_code
                scope = "ingest" if scope == "unchecked" else scope
                allowed = scope == endpoint.scope or (scope, endpoint.scope) == ("write", "read")
                assert (status != 403) == allowed, (scope, method, path, status)


def test_a_device_key_neither_reads_lists_nor_deletes(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client, secrets):
        found = statuses(client, server, {"x-api-key": secrets["ingest"]})
        assert not [k for k, v in found.items() if v < 400]


def websocket_status(client: TestClient, path: str, headers: dict[str, str]) -> int:
    try:
        with client.websocket_connect(f"ws://127.0.0.1:4800{path}", headers=headers):
            return 101
    except WebSocketDenialResponse as error:
        return int(error.status_code)


def test_websockets_are_refused_like_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limits = Limits(refusals_burst=10_000)
    with serving(tmp_path, limits) as (server, client, secrets), caplog.at_level(logging.WARNING):
        tried = 0
        for path in [*paths(server), "/none"]:
            key = {"x-api-key": secrets["write"]}
            for headers, status in (
                ({}, 401), ({"x-api-key": "wrong"}, 401), (EVIL | key, 421), (FOREIGN | key, 403),
            ):  # fmt: skip
                assert websocket_status(client, path, headers) == status
                tried += 1
        assert len(refusals(caplog)) == tried


def test_the_token_opens_once_and_its_cookie_is_strict(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, client, _):
        token = server.sessions.token()
        assert len(token) * 6 >= 192
        answer = client.get("/login", params={"token": token}, follow_redirects=False)
        assert answer.status_code == 303 and answer.headers["location"] == "/"
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie and token not in cookie
        assert client.get("/api/v1/session").json()["scopes"] == ["ingest", "read", "write"]
        assert client.get("/login", params={"token": token}).status_code == 401
        assert client.get("/login").status_code == 401
        assert client.post("/logout").status_code == 403, "without an Origin"
        assert client.post("/logout", headers=FOREIGN).status_code == 403
        assert client.get("/api/v1/session").status_code == 200
        assert client.post("/logout", headers={"origin": URL}).status_code == 200
        assert client.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc", "/a/%2e%2e/b",
        "/%252e%252e/a",
        "/a%00b", "/a%5cb", "/\\\\server\\share",
        "//etc/passwd", "/a//b", "/%2f%2fetc", "/a%0d%0ab",
    ],
)  # fmt: skip
def test_paths_that_can_be_read_in_two_ways_are_refused(
    tmp_path: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    import httpx2 as httpx

    with serving(tmp_path) as (_, client, secrets), caplog.at_level(logging.WARNING):
        url = httpx.URL(URL).copy_with(raw_path=path.encode())
        answer = client.get(url, headers={"x-api-key": secrets["write"]})
        assert answer.status_code in (400, 404)
        assert refusals(caplog)


def test_every_answer_carries_the_security_headers(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client, secrets):
        for answer in (
            client.get("/"), client.get("/api/v1/status", headers={"x-api-key": secrets["read"]}),
            client.get("/", headers=EVIL), client.get("/login"),
        ):  # fmt: skip
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert "access-control-allow-origin" not in answer.headers


def test_doubled_headers_are_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, client, secrets):
        key = ("x-api-key", secrets["read"])
        for extra in (key, ("host", "127.0.0.1:4800"), ("host", "evil.test")):
            headers = [("host", "127.0.0.1:4800"), key, extra]
            assert client.get("/api/v1/status", headers=headers).status_code == 400


def test_long_bodies_are_refused_by_length_and_by_count(tmp_path: Path) -> None:
    limits = Limits(file_bytes=5000, request_bytes=6000)
    with serving(tmp_path, limits) as (_, client, secrets):
        headers = {"x-api-key": secrets["ingest"], "x-file-name": "a.csv"}
        long = b"x" * 5001
        assert client.post("/api/training/data", content=long, headers=headers).status_code == 413
        assert client.post("/api/training/data", content=iter([long[:3000], long[:3000]]),
                           headers=headers).status_code == 413  # fmt: skip
        form = {"data": ("a.csv", b"x" * 5500)}
        assert client.post("/api/training/files", files=form, headers=headers).status_code == 413
        headers["content-length"] = "9" * 30
        assert client.post("/api/training/data", content=b"", headers=headers).status_code == 400


def test_rates_are_limited_by_key_and_wrong_keys_by_address(tmp_path: Path) -> None:
    limits = Limits(requests_per_s=0.001, burst=3, refusals_per_s=0.001, refusals_burst=2)
    with serving(tmp_path, limits) as (_, client, secrets):
        good = {"x-api-key": secrets["read"]}
        assert [client.get("/api/v1/status", headers=good).status_code for _ in range(4)] == [
            200, 200, 200, 429,
        ]  # fmt: skip
        answers = [client.get("/api/v1/status") for _ in range(3)]
        assert [a.status_code for a in answers] == [401, 401, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        other = {"x-api-key": secrets["write"]}
        assert client.get("/api/v1/status", headers=other).status_code == 200


def test_a_revoked_key_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from motekit.server import keys

    monkeypatch.setattr(keys, "FRESH_S", 0.0)
    with serving(tmp_path) as (_, client, secrets):
        headers = {"x-api-key": secrets["ingest"], "x-file-name": "a.json"}
        post = "/api/training/data"
        assert client.post(post, content=json_file(), headers=headers).status_code == 200
        keys.KeyFile(tmp_path / ".motekit" / "keys.json").revoke("ingest")
        assert client.post(post, content=json_file(1), headers=headers).status_code == 401


def test_a_fault_of_ours_is_500_without_a_word_about_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(tmp_path) as (server, client, secrets):

        def broken(*_: object) -> None:
            raise RuntimeError("the secret of the house")

        monkeypatch.setattr(server.state.listing, "page", broken)
        answer = client.get("/api/v1/recordings", headers={"x-api-key": secrets["read"]})
        assert answer.status_code == 500 and "secret" not in answer.text
        assert "the secret of the house" in caplog.text


def test_a_name_behind_a_proxy_is_answered_with_its_origin(tmp_path: Path) -> None:
    with serving(tmp_path, public=("hub.example",)) as (_, client, secrets):
        headers = {"host": "hub.example", "x-api-key": secrets["read"]}
        for origin, status in (("https://hub.example", 200), ("https://hub.example.evil", 403)):
            answer = client.get("/api/v1/status", headers=headers | {"origin": origin})
            assert answer.status_code == status

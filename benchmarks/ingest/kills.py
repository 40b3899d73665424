"""python -m benchmarks.ingest.kills [--kills 500] [--json]: kill -9 at random moments.

Clients upload without a pause while the server, and with it the settler, is killed and started
again. At the end everything that was acknowledged must be one recording. Ctrl-C (once) ends the
killing, not the counting: the figures of the kills so far are printed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.told import Told
from motekit.recordings.store import Store
from motekit.server.places import Places
from motekit.server.settle import settle_all

from .bench_server import Running, free_port, project
from .client import Clients
from .count import count
from .uploads import Uploads

LONGEST_S = 0.6  # a server lives at most this long after its start


async def _kill_again_and_again(
    folder: Path, clients: Clients, port: int, kills: int, chance: random.Random, told: Told | None
) -> list[float]:
    """Seconds that each restart took, as many as there were kills."""
    server = Running(folder, port)
    await asyncio.to_thread(server.wait)
    task = asyncio.create_task(clients.run(float("inf")))
    restarts = []
    while len(restarts) < kills and not (told and told.stop):
        await asyncio.sleep(chance.uniform(0.0, LONGEST_S))
        await asyncio.to_thread(server.kill)
        server = Running(folder, port)
        restarts.append(await asyncio.to_thread(server.wait))
        if told:
            told(len(restarts), kills, f"{len(clients.tally.acknowledged)} uploads acknowledged")
    clients.stop()
    await task
    await asyncio.to_thread(server.stop)
    return restarts


def run(
    folder: Path, kills: int, clients: int = 8, seed: int = 1, told: Told | None = None
) -> dict[str, object]:
    """Kill, count, settle the rest, count again; the figures by name."""
    key, hmac_key = project(folder)
    port = free_port()
    crowd = Clients(port, key, hmac_key, clients, pause_s=0.01)
    chance = random.Random(seed)
    restarts = asyncio.run(_kill_again_and_again(folder, crowd, port, kills, chance, told))
    uploads = Uploads(hmac_key)
    acknowledged = {uploads.digest(number) for number in crowd.tally.acknowledged}
    before = count(folder, acknowledged)
    since = time.perf_counter()
    store = Store.of_project(folder)
    settle_all(Places(folder), store)
    settle_s = time.perf_counter() - since
    after = count(folder, acknowledged)
    return {
        "kills": len(restarts),
        "acknowledged": len(acknowledged),
        "broken_connections": crowd.tally.broken,
        "lost": before.lost + after.lost + after.spooled,
        "duplicates": after.duplicates,
        "damaged_files": len(store.verify()),
        "set_aside": len(list(Places(folder).refused.iterdir())),
        "restart_s_median": round(float(np.median(restarts)), 2) if restarts else None,
        "restart_s_max": round(max(restarts), 2) if restarts else None,
        "settle_at_the_end_s": round(settle_s, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest.kills")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    told = Told()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        figures = run(Path(folder) / "project", arguments.kills, seed=arguments.seed, told=told)
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:<22}{value}  [measured]")
    if figures["lost"] or figures["duplicates"] or figures["damaged_files"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

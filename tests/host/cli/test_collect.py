"""`motekit collect` with the device's own C code at the other end."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from command_line import motekit, process
from small_project import write_project

from motekit.cli._collect_view import BARS, bars
from motekit.links.filesink import FileSink
from motekit.links.virtual.endpoints import PtyEndpoint, TcpEndpoint
from motekit.links.virtual.serve import Plan, Served
from motekit.recordings import samples
from motekit.recordings.store import Store
from motekit.testing.transport import BOOT, STREAMS, virtual_mote
from motekit.workflows.collect.plan import Plan as CollectPlan
from motekit.workflows.collect.plan import Take, make
from motekit.workflows.collect.run import recover


@pytest.fixture
def project(tmp_path):
    write_project(tmp_path)
    return tmp_path


def collect(project, *arguments):
    """A call that ends by itself: exit code and the JSON object."""
    ended = motekit("collect", "--project", project, "--json", *arguments)
    return ended.code, json.loads(ended.out)


def same_as_sent(recording, least_s):
    """Every sample, in its place, is what the mote sent; nothing is missing."""
    for source in STREAMS:
        stream = recording.stream(source.sensor)
        index = stream.index()
        assert np.array_equal(stream.values, source.values[index % len(source)])
        # While the clock is being learned, time is told up to 1 % too fast or too slow.
        assert len(stream) >= 0.98 * least_s * source.rate_hz - 2
        steps = np.diff(stream.time_s)
        assert not stream.gaps and (steps >= 0).all()
        # Another process measures the clock anew: a few of its times are moved up to the seam.
        assert (steps == 0).sum() <= 0.02 * source.rate_hz


def test_a_demo_take_is_the_sample_recording(project):
    code, said = collect(project, "--demo", "--seconds", 1.5, "--label", "row", "--subject", "anna")
    assert code == 0, said
    (about,) = said["recordings"]
    recording = Store.of_project(project).load(about["name"])
    assert (recording.label, recording.subject) == ("row", "anna")
    assert recording.name.startswith("row.virtual-mote.")
    assert recording.metadata["firmware"] == "virtual mote 1"
    (source,) = samples.load("spar_watch")[0].streams
    (stream,) = recording.streams
    assert abs(len(stream) - 1.5 * 50) <= 1
    assert np.array_equal(stream.values, source.values[stream.index() % len(source)])
    assert stream.channels[0].unit == "g"
    assert not list((project / ".motekit" / "collect").iterdir())


def test_two_devices_and_two_takes_through_a_broken_connection(project):
    endpoints = TcpEndpoint(), PtyEndpoint()
    plan = Plan(outages=((2.0, 3.0),))
    with Served(virtual_mote(), endpoints[0], plan=plan), Served(virtual_mote(), endpoints[1]):
        addresses = f"tcp:{endpoints[0].where}", f"serial:{endpoints[1].where}"
        code, said = collect(
            project, *addresses, "--label", "a", "--seconds", 1.2, "--takes", 2, "--pause", 0.3
        )
    assert len(said["recordings"]) == 4
    store = Store.of_project(project)
    for about in said["recordings"]:
        same_as_sent(store.load(about["name"]), 1.2)
    assert not said["gaps"] or {gap["gap"]["reason"] for gap in said["gaps"]} == {"closed"}
    assert code == 1  # noise of the same numbers on both: check says that they are duplicates


@pytest.mark.parametrize(("length", "code"), [("0", 0), ("600", 130)])
def test_ctrl_c_ends_a_recording_and_keeps_it(project, length, code):
    endpoint = TcpEndpoint()
    with Served(virtual_mote(), endpoint):
        child = process(
            "collect", f"tcp:{endpoint.where}", "--project", project, "--seconds", length
        )
        for line in child.stderr:
            if line.startswith("recording"):
                break
        time.sleep(1.0)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
    assert child.returncode == code, err
    (name,) = Store.of_project(project).names()
    assert name in out.replace("\n", "") and "check: 0 errors" in out
    same_as_sent(Store.of_project(project).load(name), 0.9)


def test_a_killed_collection_goes_on_or_is_kept(project):
    endpoint = TcpEndpoint()
    options = ("--project", project, "--seconds", "4", "--label", "a")
    with Served(virtual_mote(), endpoint):
        child = process("collect", f"tcp:{endpoint.where}", *options)
        for line in child.stderr:
            if line.startswith("recording"):
                break
        time.sleep(1.0)
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        _, said = collect(project, "--resume")  # the mote's noise repeats: check says so
        (about,) = said["recordings"]
        same_as_sent(Store.of_project(project).load(about["name"]), 4.0)
        child = process("collect", f"tcp:{endpoint.where}", *options)
        for line in child.stderr:
            if line.startswith("recording"):
                break
        time.sleep(1.0)
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        _, said = collect(project, f"tcp:{endpoint.where}", "--seconds", "0.5")
    (kept,) = said["recovered"]
    assert said["set_aside"] == []
    same_as_sent(Store.of_project(project).load(kept), 0.3)
    assert len(Store.of_project(project)) == 3


def test_looking_takes_nothing_off_the_device(project):
    endpoint = TcpEndpoint()
    with Served(virtual_mote(), endpoint):
        looked = motekit("collect", f"tcp:{endpoint.where}", "--look", "--seconds", "0.5")
        assert looked.code == 0 and not len(Store.of_project(project))
        _, said = collect(project, f"tcp:{endpoint.where}", "--seconds", "0.5", "--backlog")
    (about,) = said["recordings"]
    recording = Store.of_project(project).load(about["name"])
    assert recording.stream("imu").first_index == 0
    assert f"boot-{BOOT:08x}" in recording.metadata["boot"]


def test_samples_that_were_damaged_since_are_set_aside(project):
    folder = make(project, "old")
    CollectPlan(["tcp:"], takes=[Take(None, None)]).write(folder)
    with FileSink(folder / "0.samples") as sink:
        for part in (STREAMS[0], replace(STREAMS[0], first_index=len(STREAMS[0]))):
            sink.append("d", "boot-1", part)
            sink.commit()
    data = bytearray((folder / "0.samples").read_bytes())
    data[500] ^= 1
    (folder / "0.samples").write_bytes(data)
    names, (aside,) = recover(project, Store.of_project(project))
    assert names == [] and "a record is damaged" in aside
    kept = project / ".motekit" / "damaged" / "old" / "0.samples"
    assert kept.read_bytes() == data and recover(project, Store.of_project(project)) == ([], [])


def test_a_device_that_speaks_otherwise(project):
    handle, slave = os.openpty()
    stop = threading.Event()

    def talk():
        while not stop.wait(0.02):
            os.write(handle, b"1.0,2.0\r\n")

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        port = os.ttyname(slave)
        ended = motekit("collect", f"serial:{port}", "--project", project, "--wait", "1")
    finally:
        stop.set()
        thread.join()
        os.close(handle)
        os.close(slave)
    assert ended.code == 3 and "edge_impulse_forwarder:PORT" in ended.err


def test_nobody_there(project):
    ended = motekit("collect", "tcp:127.0.0.1:1", "--project", project, "--wait", "1")
    assert ended.code == 3 and "cannot connect" in ended.err and "--list" in ended.err
    wrong = motekit("collect", "pigeon:roof", "--project", project)
    assert wrong.code == 2 and "transport" in wrong.err
    assert not list((project / ".motekit" / "collect").iterdir())


def test_bars_show_every_peak():
    values = np.zeros(1000)
    values[777] = 1.0
    line = bars(values, 50)
    assert len(line) == 50 and line[38] == BARS[-1] and line.count(BARS[-1]) == 1
    assert bars(np.full(10, 3.0), 50) == BARS[0] * 10
    assert bars(np.zeros(0), 50) == "" and len(bars(np.array([1.0, np.nan]), 8)) == 2


def test_a_mote_says_where_it_is(project):
    command = [sys.executable, "-m", "motekit", "mote", "--tcp", "0", "--seconds", "20"]
    mote = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        where = mote.stderr.readline().rpartition(" ")[2].strip()
        code, said = collect(project, f"tcp:{where}", "--seconds", "0.5")
        assert code == 0 and said["recordings"][0]["streams"][0]["samples"] > 20
    finally:
        mote.terminate()
        mote.communicate()

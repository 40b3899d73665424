"""What `check` finds in real recordings: these faults, and no others.

The table holds, for each set, kind → number of findings. Sets that say nothing of subjects,
sessions, labels or units have notes of that, which are left out here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import pytest
import shared_data

from motekit.core.recording import Recording
from motekit.recordings.check import check

UNSAID = {"no_subject", "no_session", "no_label", "no_unit"}

EXPECTED: dict[str, tuple[Callable[[], Iterable[Recording]], dict[str, int]]] = {
    "spar_watch": (shared_data.spar_watch_6axis, {}),
    # sit_5 and sit_13 of subject 1 hold the same samples, both sensors: so they do in the
    # author's own files.
    "motionsense": (shared_data.motionsense, {"duplicate": 2}),
    "motionsense_25hz": (lambda: shared_data.motionsense(short=True), {}),
    # ±8 g are exceeded at full speed with weights on neighbouring blades.
    "uci_fan_vibration": (shared_data.uci_fan, {"clipping": 4}),
    # ±2 g are exceeded by shaking and waving; one recording of shaking.
    "ei_gestures": (
        shared_data.ei_gestures, {"clipping": 9, "single_recording": 1, "imbalance": 1},
    ),
    "ei_coffee_machine": (shared_data.ei_coffee_machine, {}),
    # Phone cameras that drop frames, and whose timer is irregular in 9; G or B is dead in 12.
    "welltory_ppg": (
        shared_data.welltory, {"dead": 12, "gaps": 19, "jitter": 9, "rates_differ": 5},
    ),
    # Loud words beyond full scale; one-second words are shorter than the default window.
    "speech_commands": (shared_data.speech_commands, {"clipping": 7, "short": 1}),
    "heartpy": (lambda: [shared_data.heartpy()], {}),
    # The finger was off the sensor for 7 s, at 0.
    "heartpy_2": (
        lambda: [shared_data.heartpy("data2.csv")], {"clipping": 1, "stuck": 1, "time_unit": 1},
    ),
    "heartpy_3": (
        lambda: [shared_data.heartpy("data3.csv")], {"clipping": 1, "coarse_clock": 1},
    ),
    # Its unit is not told; gravity is 1.03.
    "biosppy_acc": (lambda: [shared_data.biosppy("acc")], {"unit": 1}),
    "scipy_ecg": (lambda: [shared_data.scipy_ecg()], {}),
    **{
        f"biosppy_{name}": (lambda name=name: [shared_data.biosppy(name)], {})  # type: ignore[misc]
        for name in ("bcg", "ecg", "eda", "emg", "emg_1", "pcg", "ppg", "resp")
    },
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_findings_on_real_recordings(name: str) -> None:
    recordings, expected = EXPECTED[name]
    report = check(recordings())
    found = Counter(f.kind for f in report.findings if f.kind not in UNSAID)
    assert found == expected, "\n".join(f.line() for f in report.findings)

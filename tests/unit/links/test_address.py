import pytest

from motekit.core.errors import InputError
from motekit.links.address import parse


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("tcp:10.0.0.7:9000", {"host": "10.0.0.7", "port": 9000, "listen": False}),
        ("tcp:", {"host": "127.0.0.1", "port": 7077}),
        ("tcp:0.0.0.0:7077,listen=true", {"host": "0.0.0.0", "listen": True}),
        ("serial:/dev/ttyACM0,baud=921600", {"port": "/dev/ttyACM0", "baud": 921600}),
        ("serial:COM3", {"port": "COM3"}),
        ("stdin:", {}),
        ("ble:C0:FF:EE:00:00:01", {"address": "C0:FF:EE:00:00:01"}),
        ("mqtt:broker:1884,topic=a/b,tls=true", {"port": 1884, "topic": "a/b", "tls": True}),
        (
            "edge_impulse_forwarder:/dev/ttyUSB0,names=x|y,units=g,frequency=62.5",
            {"names": ("x", "y"), "units": ("g",), "frequency": 62.5},
        ),
    ],
)
def test_addresses_say_what_they_said(text, params):
    address = parse(text)
    for name, value in params.items():
        assert getattr(address.params, name) == value
    again = parse(address.text)
    assert (again.transport.name, again.params) == (address.transport.name, address.params)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/dev/ttyACM0", "TRANSPORT:PLACE"),
        ("pigeon:roof", "there is no transport of this name"),
        ("serial:/dev/ttyACM0,921600", "NAME=VALUE"),
        ("serial:/dev/ttyACM0,speed=9600", "unknown parameter"),
        ("stdin:x", "one place only"),
        ("tcp:host:many", "expected a whole number"),
        ("tcp:host:70000", "out of range"),
    ],
)
def test_wrong_addresses_are_refused(text, says):
    with pytest.raises(InputError, match=says):
        parse(text)

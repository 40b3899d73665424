"""What the device's end of the mote link costs: bytes of code and cycles, on emulated cores."""

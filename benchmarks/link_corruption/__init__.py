"""Damaged frames of the mote link: no wrong sample may be accepted, every gap must be exact."""

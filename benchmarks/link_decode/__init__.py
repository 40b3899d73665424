"""How fast the host's end takes frames."""

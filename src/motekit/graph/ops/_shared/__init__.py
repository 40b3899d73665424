"""C headers and Python helpers that several ops use. Not an op."""

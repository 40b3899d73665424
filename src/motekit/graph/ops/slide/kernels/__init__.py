"""C kernels of the op add."""

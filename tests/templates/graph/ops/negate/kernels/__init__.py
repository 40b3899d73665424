"""C kernels of negate."""

"""C kernels of the op maximum."""

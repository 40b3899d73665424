"""C kernels of the op gather."""

"""C kernels of the op reduce_min."""

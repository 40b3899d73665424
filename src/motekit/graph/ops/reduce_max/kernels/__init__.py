"""C kernels of the op reduce_max."""

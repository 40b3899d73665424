"""C kernels of the op resize_nearest."""

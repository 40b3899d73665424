"""C kernels of the op max_pool_2d."""

"""C kernels of the op average_pool_2d."""

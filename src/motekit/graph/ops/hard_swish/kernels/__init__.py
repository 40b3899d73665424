"""C kernels of the op hard_swish."""

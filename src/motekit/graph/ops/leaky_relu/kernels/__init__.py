"""C kernels of the op leaky_relu."""

"""C kernels of the op transpose_conv."""

"""C kernels of the op conv_2d."""

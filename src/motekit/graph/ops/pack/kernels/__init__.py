"""C kernels of the op pack."""

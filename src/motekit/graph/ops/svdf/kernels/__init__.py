"""C kernels of the op svdf."""

"""C kernels of the fully connected op."""

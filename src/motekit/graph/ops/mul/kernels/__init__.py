"""C kernels of the op mul."""

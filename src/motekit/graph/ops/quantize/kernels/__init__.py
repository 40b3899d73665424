"""C kernels of the op quantize."""

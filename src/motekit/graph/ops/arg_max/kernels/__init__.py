"""C kernels of the op arg_max."""

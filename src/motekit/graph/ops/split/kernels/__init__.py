"""C kernels of the op split."""

"""Every HTTP route, and the one layer in front of all of them."""

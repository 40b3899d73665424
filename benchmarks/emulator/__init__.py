"""How fast programs are emulated, with each way of counting."""

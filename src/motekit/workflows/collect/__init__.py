"""Live recording: devices, takes, what is shown meanwhile, and the recordings made of it."""

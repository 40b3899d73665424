"""What importers share; not a plugin."""

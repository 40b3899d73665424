"""The project file and what a user does with it."""

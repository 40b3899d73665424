"""How good features are: a cache of them, their ranks, and cheaper ones that keep accuracy."""

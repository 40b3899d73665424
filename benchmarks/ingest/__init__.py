"""How many signed uploads a second become durable, and whether a killed server loses any."""

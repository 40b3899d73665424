"""Every int8 model of a folder on every core against LiteRT's reference interpreter."""

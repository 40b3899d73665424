"""Four applications end to end: trained, built and proven on real recordings, honest splits."""

"""Accuracy on people never seen: spar_watch, leave one subject out, five seeds."""

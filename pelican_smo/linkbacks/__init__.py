"""Linkbacks: what the three protocols share, for the sender and the receiver alike."""

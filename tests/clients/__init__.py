"""Linkbacks from clients that others wrote, through a receiver that runs, into a page."""

"""Mentions: what others wrote about an article and its author accepted, shown on its page."""

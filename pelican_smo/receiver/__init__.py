"""The receiver: linkbacks taken in, verified, moderated, and handed to the next build."""

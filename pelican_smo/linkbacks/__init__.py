"""Linkbacks (TrackBack, Pingback, Webmention): what pages announce and what links out."""

"""The home of card images: a picture for each article that has none, drawn while building."""

"""Share and bookmark widgets: networks as rows of data, links rendered by templates."""

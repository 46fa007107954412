"""The messages that travel between services and systems, one module per publisher: the map of the system."""

"""Notifications is the only service that writes to people: what is due, in whose words, and what became of it."""

"""Meetings plans when the network meets, asks who is in it now, and says so to whoever hears it."""

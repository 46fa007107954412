"""Turns an e-mail of the queue into the octets that leave."""

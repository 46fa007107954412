"""What the mail engine is measured beside, each a program of its own: `python -m bench.mail.peers.NAME ASKED`."""

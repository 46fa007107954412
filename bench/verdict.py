"""What fails a run: not a missed goal, but a wrong end."""


class WrongEnd(Exception):
    """Something was lost, is missing, or came twice; the message says what."""

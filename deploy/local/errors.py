"""What a person who starts the stack is told when it cannot go on."""


class CannotStart(Exception):
    """The stack, or a part of it, could not be started; the message says what to do."""

"""Danish letters in the letters that addresses are made of."""

_LATIN = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def in_latin_letters(text: str) -> str:
    """Write a text in lower case and without æ, ø and å, so that Køge and koege are the same."""
    return text.casefold().translate(_LATIN)

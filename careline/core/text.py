"""What counts as text: checked once, at the boundary, the same for both engines."""

import unicodedata

from careline.core.errors import Invalid

BODY_CHARACTERS = 8_000
_COMBINING_RUN = 16
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp", "Cn", "Co", "Mn", "Me"}
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters by category, and nothing to see


def body(text: str, field: str = "body", most: int = BODY_CHARACTERS) -> str:
    """A message's text as it came, if it can be stored and seen; else `Invalid`.

    The length is counted in characters, none of which has more than four bytes; stacks of combining marks are refused
    because they freeze clients that lay them out.
    """
    if len(text) > most:
        raise Invalid(field, f"At most {most} characters.")
    if text.isascii():
        if not text.strip(_BLANK_ASCII) or "\0" in text:
            raise Invalid(field, "Write something visible, without NUL characters.")
    else:
        _check_unicode(text, field)
    return text


_BLANK_ASCII = "".join(map(chr, range(33))) + "\x7f"


def _check_unicode(text: str, field: str) -> None:
    storable(text, field)
    visible, run = False, 0
    for character in text:
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            run += 1
        elif category != "Cf":  # a joiner in between does not end the stack
            run = 0
        if run > _COMBINING_RUN:
            raise Invalid(field, f"At most {_COMBINING_RUN} combining marks on one character.")
        visible = visible or (category not in _INVISIBLE and character not in _BLANK_LETTERS)
    if not visible:
        raise Invalid(field, "Write something visible.")


def storable(text: str, field: str) -> str:
    """Text that both engines keep: no NUL (PostgreSQL refuses it), no lone surrogate (it has no UTF-8 form)."""
    if "\0" in text:
        raise Invalid(field, "NUL characters cannot be stored.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Invalid(field, "Half of a surrogate pair is not a character.") from None
    return text


def line(text: str, field: str, most: int = 200) -> str:
    """One line for people to read, such as a name: control, bidi-override and zero-width characters taken out.

    Those would let a name imitate another or reorder the text around it (CVE-2021-42574).
    """
    storable(text, field)
    kept = "".join(c for c in text if c == " " or unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp", "Cn", "Co"))
    cleaned = " ".join(kept.split())
    if not cleaned:
        raise Invalid(field, "Write at least one visible character.")
    if not cleaned.isascii():
        _check_unicode(cleaned, field)
    if len(cleaned) > most:
        raise Invalid(field, f"At most {most} characters.")
    return cleaned

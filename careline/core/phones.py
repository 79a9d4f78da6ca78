"""Phone numbers, written in one way for the whole world (E.164)."""

from careline.core.errors import Invalid


def dialled(value: str, region: str | None, *, strictly: bool = False) -> str | None:
    """The number in E.164, or None for what cannot be one; `strictly`: that nobody can have."""
    import phonenumbers  # 50 ms and 20 MiB that only a phone number is worth

    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    good = phonenumbers.is_valid_number(number) if strictly else phonenumbers.is_possible_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if good else None


def region(value: str) -> str:
    """A country whose numbers are written without its prefix, as two letters (ISO 3166)."""
    import phonenumbers

    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid("phone_region", "A country is written as two capital letters, such as GB.")
    return value

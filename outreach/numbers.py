"""Phone numbers: the one place that turns what people write into E.164, or says why it cannot."""

from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType
from phonenumbers import timezone as number_zones

from outreach.errors import OutreachError


class NumberProblem(StrEnum):
    """Why a number cannot get our texts."""

    NOT_A_NUMBER = "not_a_number"
    NOT_VALID = "not_valid"
    LANDLINE = "landline"
    PREMIUM = "premium"
    SHORT_CODE = "short_code"
    WRONG_COUNTRY = "wrong_country"


WORDS = {
    NumberProblem.NOT_A_NUMBER: "This is not a phone number. Write it like +12025550123.",
    NumberProblem.NOT_VALID: "No such phone number exists. Check its digits.",
    NumberProblem.LANDLINE: "This is a landline, which gets no texts. Ask for a mobile number.",
    NumberProblem.PREMIUM: "This is a premium or service number. Ask for a mobile number.",
    NumberProblem.SHORT_CODE: "This is a short code or emergency number. Ask for a full number.",
    NumberProblem.WRONG_COUNTRY: "This number is from another country than the program's.",
}

_REFUSED_TYPES = {
    PhoneNumberType.FIXED_LINE: NumberProblem.LANDLINE,
    PhoneNumberType.PREMIUM_RATE: NumberProblem.PREMIUM,
    PhoneNumberType.SHARED_COST: NumberProblem.PREMIUM,
    PhoneNumberType.UAN: NumberProblem.PREMIUM,
    PhoneNumberType.PAGER: NumberProblem.NOT_VALID,
    PhoneNumberType.VOICEMAIL: NumberProblem.NOT_VALID,
}


class BadNumberError(OutreachError):
    """The number is refused; `problem` says why. The number itself stays out of the message."""

    def __init__(self, problem: NumberProblem) -> None:
        super().__init__(WORDS[problem], code=problem.value)
        self.problem = problem


def to_e164(written: str, country: str) -> str:
    """E.164 of a number as people or spreadsheets write it, `country` being ISO 3166 (US).

    A leading + that a spreadsheet took away is put back where only that makes a valid number.
    Raises BadNumberError.
    """
    number, kind = _parse(written.strip(), country)
    if phonenumbers.country_code_for_region(country) != number.country_code:
        raise BadNumberError(NumberProblem.WRONG_COUNTRY)
    refused = _REFUSED_TYPES.get(kind)
    if refused is not None:
        raise BadNumberError(refused)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parse(written: str, country: str) -> tuple[PhoneNumber, int]:
    """The valid number that was meant, and its type: what has one is what is valid."""
    digits = "".join(filter(str.isdigit, written))
    if 3 <= len(digits) <= 6 and len(written) <= 8:
        raise BadNumberError(NumberProblem.SHORT_CODE)
    candidates = [written] if written.startswith("+") else [written, f"+{written}"]
    parsed = [number for text in candidates if (number := _parsed(text, country)) is not None]
    if not parsed:
        raise BadNumberError(NumberProblem.NOT_A_NUMBER)
    for number in parsed:
        kind = phonenumbers.number_type(number)
        if kind != PhoneNumberType.UNKNOWN:
            return number, kind
    raise BadNumberError(NumberProblem.NOT_VALID)


def _parsed(text: str, country: str) -> PhoneNumber | None:
    if "E+" in text.upper():
        return None  # 1.20256E+10: a spreadsheet threw digits away
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        return None


@lru_cache(maxsize=4096)
def _zones_of_prefix(prefix: str) -> tuple[str, ...]:
    number = phonenumbers.parse(prefix)
    return tuple(number_zones.time_zones_for_number(number))


def candidate_zones(e164: str) -> tuple[str, ...]:
    """Every IANA zone the number's range may lie in; one for most US numbers, 42 for toll-free."""
    return _zones_of_prefix(e164)

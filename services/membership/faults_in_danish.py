"""Says in Danish what is wrong with a message; `faults` says it in English (pure)."""

import re
from dataclasses import dataclass

from shared.contracts.membership import Language
from shared.contracts.upstream import Fault

REASONS = {
    "missing": "mangler",
    "not_text": "er ikke tekst",
    "empty": "er tom",
    "too_long": "er for lang",
    "pattern": "er ikke skrevet, som det skal være",
    "not_one_of_these": "er ingen af de værdier, der er mulige",
    "not_a_list": "er ikke en liste",
    "not_an_object": "er ikke et JSON-objekt",
    "out_of_range": "er ikke et tal, der er muligt",
    "not_a_whole_number": "er ikke et helt tal",
    "time": "er ikke et tidspunkt med forskel til UTC",
    "time_ahead": "ligger mere end fem minutter forud for vores ur",
    "date": "er ikke en dato",
    "compressed": "er komprimeret",
    "byte_order_mark": "begynder med et byte order mark",
    "not_utf8": "er ikke UTF-8",
    "not_json": "er ikke JSON",
    "too_large": "er for stor",
    "forbidden_character": "indeholder et usynligt tegn eller et, der vender skriveretningen",
    "lost_character": "indeholder U+FFFD, hvor et bogstav er gået tabt",
    "surrounding_blanks": "begynder eller slutter med et mellemrum",
    "email": "er ikke en e-mailadresse",
    "cvr": "er ikke et CVR-nummer",
    "website": "er ikke en webadresse",
    "too_many": "har for mange på listen",
    "key_twice": "nævner den samme nøgle to gange",
    "unknown_type": "er ikke en slags besked, vi kender",
    "content_type": "er ikke en enkelt CloudEvent i JSON",
    "mixed_forms": "passer ikke til resten: attributterne står et andet sted, end den siger",
    "binary_data": "er binære data",
    "given_twice": "står i to headers, der er forskellige",
    "source_not_allowed": "er ikke en kilde, som systemet må tale for",
    "unknown_kind": "er ikke en slags organisation, vi kender",
    "unknown_municipality": "er ikke en dansk kommunes kode",
    "organisation_unknown": "er ikke en organisation, der er kommet med",
    "contact_unknown": "er ikke udpeget i den organisation",
    "snapshot_incomplete": "er flere, end der kunne tages ind af listens beskeder",
    "further_faults": "Der er flere fejl end dem, der er nævnt",
    "internal": "Vi fejlede på beskeden, og ser på det",
}
# What would be right, where the kind of fault says it; {found} is the list or the number that stands in the English.
RIGHT_BY_CODE = {
    "too_long": "højst {found} tegn",
    "not_one_of_these": "en af {found}",
    "unknown_type": "en af {found}",
    "unknown_kind": "en af {found}",
    "too_many": "højst {found} kontaktpersoner i en besked",
    "key_twice": "hver kontaktperson én gang",
    "forbidden_character": "én linje synlig tekst",
    "lost_character": "tekst i UTF-8 hele vejen",
    "surrounding_blanks": "teksten uden mellemrum omkring",
    "time_ahead": "ændringens tidspunkt, efter et ur der går rigtigt",
    "compressed": "JSON i UTF-8, ikke komprimeret",
    "byte_order_mark": "JSON i UTF-8 uden et mærke foran",
    "not_utf8": "JSON i UTF-8",
    "not_json": "JSON i UTF-8",
    "binary_data": "dataene som JSON-objekt i data",
    "given_twice": "én header til hver attribut",
    "mixed_forms": "attributterne i headers og application/json, eller alt i kroppen og application/cloudevents+json",
    "source_not_allowed": "{found}",
    "organisation_unknown": "nøglen på en organisation, der er kommet med før",
    "contact_unknown": "nøglen på en kontaktperson, der er udpeget før",
    "snapshot_incomplete": "at alle listens beskeder er taget ind: dem der mangler, eller en ny samlet liste",
    "further_faults": "at de nævnte bliver rettet først",
    "internal": "intet; systemet skal ikke gøre noget",
    "too_large": "højst {found} byte",
    "email": "en e-mailadresse som anna@koege.example, med a-z og 0-9 før @",
    "cvr": "otte cifre, der passer med modulus 11",
    "website": "en webadresse som https://koege.example",
    "date": "en dato som 2026-01-31",
    "unknown_municipality": "de officielle tre cifre, som 259 for Køge",
}
# By the last name in a field's path.
RIGHT_BY_NAME = {
    "specversion": "'1.0'",
    "type": "beskedens slags",
    "source": "en kilde, som systemet er registreret for",
    "id": "en tekst, der kun er denne beskeds",
    "time": "et tidspunkt som 2026-01-31T09:30:00Z",
    "datacontenttype": "application/json",
    "content-type": "application/json eller application/cloudevents+json",
    "body": "en CloudEvent som JSON-objekt",
    "data": "et JSON-objekt",
    "organisation": "et JSON-objekt, der beskriver organisationen",
    "organisation_key": "systemets egen nøgle på en organisation, der er kommet med før",
    "contacts": "en liste af kontaktpersoner, eller [] for ingen",
    "contact": "et JSON-objekt, der beskriver kontaktpersonen",
    "contact_key": "systemets egen nøgle på en kontaktperson, der er udpeget før",
    "key": "systemets egen nøgle, som tekst",
    "name": "et navn, som tekst",
    "kind": "en slags organisation, som 'association'",
    "town": "byens navn, som tekst",
    "municipality_code": "de officielle tre cifre som tekst, som '259' for Køge",
    "region": "regionens navn som tekst, eller null",
    "cvr": "otte cifre som tekst, eller null",
    "website": "en webadresse som https://koege.example, eller null",
    "email": "en e-mailadresse som anna@koege.example",
    "phone": "et telefonnummer som tekst, eller null",
    "title": "stillingen som tekst, eller null",
    "role": "'contact', 'deputy' eller 'chair'",
    "language": "'da' eller 'en'",
    "since": "en dato som 2026-01-31",
    "on": "en dato som 2026-01-31",
    "reason": "en begrundelse som tekst, eller null",
    "snapshot": "listens navn, som tekst",
    "messages": "et helt tal: hvor mange beskeder listen har",
}
REGISTERED = {
    "a source that the operator has registered for your system": "en kilde, som systemet bliver registreret for",
}
FOUND = re.compile(r"(?:one of |at most )?(.+?)(?: characters| contacts a message| octets)?")
NOTES = (
    (re.compile(r"there is no such message"), "findes ikke"),
    (re.compile(r"is (\w+) already"), "er der allerede taget stilling til"),
    (re.compile(r"is (\w+), not held"), "holdes ikke tilbage"),
    (re.compile(r"was changed in this moment"), "blev ændret i samme øjeblik; prøv igen"),
    (re.compile(r"is not JSON: (.+) at line (\d+) column (\d+)"), "er ikke JSON: linje {1}, tegn {2} ({0})"),
    (re.compile(r"is the id of another message"), "er en anden beskeds id"),
    (re.compile(r"is longer than a message may be, which is (\d+) octets in all"), "er længere end en besked kan være"),
    (re.compile(r"we failed on it \((\w+)\)"), "vi fejlede på den ({0})"),
)


@dataclass(frozen=True, slots=True)
class FaultInWords:
    """A fault as a page says it; `language` is the one that it could be said in."""

    field: str
    reason: str
    expected: str
    language: Language


def fault_in_words(fault: Fault, language: Language) -> FaultInWords:
    """Say what is wrong, and what would be right."""
    reason, expected = REASONS.get(fault.code), _expected(fault)
    if language == "en" or reason is None or expected is None:
        return FaultInWords(fault.field, fault.reason, fault.expected, "en")
    return FaultInWords(fault.field, reason, expected, "da")


def key_in_words(key: str, language: Language) -> str:
    """Say what kind of fault is where: `key` is its code and its place with a blank between."""
    code, _, field = key.partition(" ")
    reason = REASONS.get(code, code) if language == "da" else code.replace("_", " ")
    return f"{field} {reason}" if language == "da" else f"{field}: {reason}"


def note_in_words(note: str, language: Language) -> str:
    """Say why nothing came of a message or an edit, where that is no fault of the message."""
    for english, danish in NOTES:
        if language == "da" and (read := english.fullmatch(note)):
            return danish.format(*read.groups())
    return note


def _expected(fault: Fault) -> str | None:
    danish = RIGHT_BY_CODE.get(fault.code) or RIGHT_BY_NAME.get(_name(fault.field))
    if danish is None:
        return None
    found = FOUND.fullmatch(REGISTERED.get(fault.expected, fault.expected))
    return danish.format(found=found[1].replace(" or ", " eller ") if found else fault.expected)


def _name(field: str) -> str:
    """Return the last name in a path; a place in the list of contacts is a contact."""
    name = field.rpartition(".")[2]
    return "contact" if name.startswith("contacts[") else name

"""The register of the demo: the sixty towns and who speaks for them, the same at every run (pure)."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..latin import in_latin_letters

TOWNS = Path(__file__).parents[1] / "towns.csv"

# Their numbers have no divisor in common, so that each pair of names comes up once before any comes up again.
FIRST_NAMES = (
    *("Søren", "Mette", "Bjørn", "Åse", "Jørgen", "Lærke", "Kåre", "Pernille", "Rasmus", "Signe"),
    *("Torbjørn", "Birgit", "Håkon", "Anne", "Jeppe", "Kirstine", "Ægir", "Maja", "Villads", "Inger"),
    *("Jens", "Rønnaug", "Oluf", "Dorthe", "Esben"),
)
SURNAMES = (
    *("Sørensen", "Kjær", "Østergaard", "Møller", "Nørgaard", "Åkjær", "Bæk", "Thøgersen", "Lund"),
    *("Vestergård", "Brøndum", "Holm", "Hedegård", "Ågesen", "Skov", "Højlund", "Præstegaard", "Dam"),
    *("Overgård", "Rønne", "Toft", "Mølgaard"),
)
ENGLISH_NAMES = ("Emily Carter", "James O'Brien", "Priya Nair", "Oliver Hughes", "Grace Okafor", "Liam Fraser")
EVERY_ELEVENTH = 11

ROLES: tuple[tuple["Role", str], ...] = (
    ("contact", "Citychef"),
    ("deputy", "Aktivitetsleder"),
    ("chair", "Formand"),
)
# Neighbours in one municipality: the first town's contact acts for the second one too.
NEIGHBOURS = ("Ribe", "Esbjerg")

Role = Literal["contact", "deputy", "chair"]
Language = Literal["da", "en"]


@dataclass(frozen=True)
class Contact:
    """A person who acts for a member, as the register knows it."""

    key: str
    name: str
    email: str
    role: Role
    title: str
    language: Language


@dataclass(frozen=True)
class Member:
    """An organisation that speaks for a town, and its contacts."""

    key: str
    name: str
    kind: str
    town: str
    municipality_code: str
    region: str
    contacts: tuple[Contact, ...]


def members() -> list[Member]:
    """List the members that the register reports; two of them share a contact."""
    found = list(_members())
    lender, borrower = (next(member for member in found if member.town == town) for town in NEIGHBOURS)
    shared = replace(lender.contacts[0], role="deputy", title="Fælles citychef")
    found[found.index(borrower)] = replace(borrower, contacts=(*borrower.contacts, shared))
    return found


def successor(member: Member) -> Contact:
    """Return who follows the member's first contact."""
    return Contact(
        f"{member.key}-successor", "Ærø Nygård", f"aeroe.nygaard@{member.key}.example", "contact", "Ny citychef", "da"
    )


def _members() -> Iterator[Member]:
    numbers = iter(range(10_000))
    with TOWNS.open(encoding="utf-8", newline="") as file:
        for row_number, row in enumerate(csv.DictReader(file)):
            key = in_latin_letters(row["town"]).replace(" ", "-")
            name, kind = _organisation(row_number, row["town"], row["municipality"])
            contacts = tuple(_contact(key, next(numbers), *job) for job in ROLES[: 1 + row_number % len(ROLES)])
            yield Member(key, name, kind, row["town"], row["municipality_code"], row["region"], contacts)


def _organisation(number: int, town: str, municipality: str) -> tuple[str, str]:
    if number % 10 == 3:
        return f"{municipality} Kommune", "municipality"
    if number % 10 == 7:
        return f"{town} Erhvervsråd", "business_council"
    return f"{town} Handelsstandsforening", "association"


def _contact(town: str, number: int, role: Role, title: str) -> Contact:
    english = number % EVERY_ELEVENTH == EVERY_ELEVENTH - 1
    name = (
        ENGLISH_NAMES[number // EVERY_ELEVENTH % len(ENGLISH_NAMES)]
        if english
        else f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {SURNAMES[number % len(SURNAMES)]}"
    )
    mailbox = in_latin_letters(name).replace(" ", ".").replace("'", "")
    return Contact(f"{town}-{role}", name, f"{mailbox}@{town}.example", role, title, "en" if english else "da")

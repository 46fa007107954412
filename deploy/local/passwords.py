"""The secrets of one run: random, and never written anywhere but into its own folder."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from deploy.postgres.roles import ROLES
from deploy.rabbitmq.credentials import committed_users


def random_secret() -> str:
    """Make a secret that nobody guesses, of letters that need no quoting anywhere."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Passwords:
    """What the roles, the broker's users and the upstream systems log in with, and what the services keep secret."""

    roles: Mapping[str, str]
    users: Mapping[str, str]
    systems: Mapping[str, str] = field(default_factory=dict)
    operator_token: str = field(default_factory=random_secret)
    link_secret: str = field(default_factory=random_secret)
    answer_secret: str = field(default_factory=random_secret)

    @classmethod
    def random(cls, systems: Iterable[str] = (), administrator: tuple[str, str] = ("", "")) -> Self:
        """Make new ones for everybody; `systems` names those upstream systems that the broker knows already.

        A broker's administrator, given as name and password, keeps that password if one of our users has that name.
        """
        own = dict([administrator])
        return cls(
            roles={role: random_secret() for role in ROLES},
            users={user["name"]: own.get(user["name"], random_secret()) for user in committed_users()},
            systems={system: random_secret() for system in systems},
        )

    def of_user(self, name: str) -> str:
        """Return the password of a broker's user, be it one of ours or an upstream system."""
        return {**self.users, **self.systems}[name]

"""How systems are listed: each in one line, then what is amiss with it and what mends that (pure)."""

from collections.abc import Iterator, Sequence

from .. import rights
from ..rights import Definitions
from ..systems import System


def described(system: System, kept: int) -> str:
    """Describe a system, for which so many messages are kept, in one line."""
    parts = [system.name]
    if system.paused_at:
        parts.append(f"paused since {system.paused_at:%Y-%m-%d %H:%M} UTC (kept: {kept})")
    else:
        parts.append("may report")
    parts.append(f"for {', '.join(system.sources)}")
    if system.most_per_hour:
        parts.append(f"at most {system.most_per_hour} an hour")
    parts.append(f"owner {system.owner_email} ({system.owner_language})" if system.owner_email else "owner unknown")
    return "  ".join(parts)


def amiss(systems: Sequence[System], found: Definitions) -> Iterator[str]:
    """Say what is not as it must be, here and in the definitions found at the broker, and what mends it."""
    for system in systems:
        yield from _amiss(system, found)
    for name in sorted(rights.systems_at(found) - {system.name for system in systems}):
        yield (
            f"{name}: the broker lets it in, and we do not know it: run systems remove {name}, "
            f"or systems add {name} --source URI --owner ADDRESS"
        )


def _amiss(system: System, found: Definitions) -> Iterator[str]:
    mend = f"run systems add {system.name}"
    if system.added_at is None:
        yield f"{system.name} is half added: {mend}"
    elif different := list(rights.differences(found, system.name, system.password_hash)):
        yield f"{system.name} is at odds with the broker over {', '.join(different)}: {mend}"
    if system.owner_email is None:
        yield f"{system.name}: nobody is told when something is amiss: {mend} --owner ADDRESS"

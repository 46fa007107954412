"""Reads AsyncAPI documents as their specification says."""

from typing import Any


def references(part: object) -> list[str]:
    """List all that a part refers to."""
    match part:
        case {"$ref": str(reference)}:
            return [reference]
        case dict():
            return [found for value in part.values() for found in references(value)]
        case list():
            return [found for value in part for found in references(value)]
    return []


def resolve(document: dict[str, Any], reference: str) -> Any:
    """Return what is referred to."""
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Follow references to what is meant in the end."""
    while "$ref" in part:
        part = resolve(document, part["$ref"])
    return part


def with_traits(document: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    """Merge the traits into a message in their order, the message itself last."""
    merged: dict[str, Any] = {}
    for trait in (*(resolved(document, trait) for trait in message.get("traits", [])), message):
        merged = patched(merged, trait)
    return merged


def patched(target: Any, patch: Any) -> Any:
    """Apply a JSON Merge Patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    kept = target if isinstance(target, dict) else {}
    return {**kept, **{name: patched(kept.get(name), value) for name, value in patch.items()}}

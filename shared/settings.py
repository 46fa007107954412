"""Settings come from the environment, read once; a secret may stand in a file that `NAME_FILE` names."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "DATABASE_URL": ("postgresql", "postgres"),
    "DATABASE_OWNER_URL": ("postgresql", "postgres"),
    "AMQP_URL": ("amqp", "amqps"),
    "BROKER_MANAGEMENT_URL": ("http", "https"),
}


class ServiceSettings(BaseSettings):
    """What every service process needs to know."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: SecretStr = Field(description="postgresql://<service>_runtime:<password>@<host>:<port>/handelsbyer")
    amqp_url: SecretStr = Field(description="amqp://<service>:<password>@<host>:<port>/")
    operator_token: SecretStr = Field(min_length=16, description="what an operator's program sends as bearer token")
    http_host: str = "127.0.0.1"
    http_port: int = Field(8000, ge=1, le=65535)
    log_level: str = "INFO"

    @field_validator("database_url", "amqp_url")
    @classmethod
    def _is_address(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        if fault := fault_of_address(str(info.field_name).upper(), url.get_secret_value()):
            raise ValueError(fault)
        return url

    @classmethod
    def read(cls) -> Self:
        """Read the environment, or end the program with one line a missing or wrong variable."""
        try:
            return cls(**_from_files(cls))
        except ValidationError as why:
            for fault in why.errors():
                name = str(fault["loc"][0]).upper()
                field = cls.model_fields.get(name.lower())
                hint = f" ({field.description})" if field and field.description else ""
                what = fault["msg"][:1].lower() + fault["msg"][1:]
                sys.stderr.write(f"{name}: {what}{hint}; {name}_FILE may name a file that holds it\n")
            raise SystemExit(2) from None


def fault_of_address(name: str, url: str) -> str | None:
    """Say what is wrong with the address of a server, without showing it: a password may stand in it."""
    schemes = SCHEMES.get(name, ())
    if not schemes or url.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        return None
    return "must begin with " + " or ".join(f"{scheme}://" for scheme in schemes)


def _from_files(settings: type[BaseSettings]) -> dict[str, Any]:
    named = {name: os.environ.get(f"{name.upper()}_FILE") for name in settings.model_fields}
    try:
        return {name: Path(path).read_text().strip() for name, path in named.items() if path}
    except OSError as why:
        sys.stderr.write(f"{why.filename}: cannot be read ({why.strerror})\n")
        raise SystemExit(2) from None

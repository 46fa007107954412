"""Settings come from the environment, read once; a secret may stand in a file that `NAME_FILE` names."""

import os
import sys
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What every service process needs to know."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: SecretStr = Field(description="postgresql://<service>_runtime:<password>@<host>:<port>/handelsbyer")
    amqp_url: SecretStr = Field(description="amqp://<service>:<password>@<host>:<port>/")
    operator_token: SecretStr = Field(min_length=16, description="what an operator's program sends as bearer token")
    http_host: str = "127.0.0.1"
    http_port: int = Field(8000, ge=1, le=65535)
    log_level: str = "INFO"

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
                sys.stderr.write(f"{name}: {fault['msg'].lower()}{hint}; {name}_FILE may name a file that holds it\n")
            raise SystemExit(2) from None


def _from_files(settings: type[BaseSettings]) -> dict[str, Any]:
    named = {name: os.environ.get(f"{name.upper()}_FILE") for name in settings.model_fields}
    try:
        return {name: Path(path).read_text().strip() for name, path in named.items() if path}
    except OSError as why:
        sys.stderr.write(f"{why.filename}: cannot be read ({why.strerror})\n")
        raise SystemExit(2) from None

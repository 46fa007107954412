"""How a service reaches its own schema."""

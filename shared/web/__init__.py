"""How a service answers over HTTP."""

"""Ports of 127.0.0.1 that nobody listens on."""

import random
import socket
from contextlib import ExitStack

# Below the range from which Linux takes the local ports of outgoing connections: nothing takes one of these between
# our choosing it and a server's binding it.
CANDIDATES = range(20_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Choose as many different free ports as asked for."""
    with ExitStack() as held:
        sockets: list[socket.socket] = []
        for port in random.sample(CANDIDATES, len(CANDIDATES)):
            candidate = held.enter_context(socket.socket())
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            sockets.append(candidate)
            if len(sockets) == count:
                return [chosen.getsockname()[1] for chosen in sockets]
    raise OSError(f"fewer than {count} free ports between {CANDIDATES.start} and {CANDIDATES.stop}")

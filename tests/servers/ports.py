"""Ports for servers that are about to start."""

import socket
import sys


def free_port() -> int:
    """Return a port on which nobody listens, and which nobody else is given from now on.

    Until a server listens on it, which takes seconds, the system could give it to a client or to
    another test. So it stays bound, without listening, as long as this process runs. Linux lets a
    server listen there all the same where both say SO_REUSEADDR (socket(7)), as servers do.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        if sys.platform == "linux":
            holder.detach()  # It is never closed.
        return port

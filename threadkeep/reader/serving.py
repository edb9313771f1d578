"""Serve the reader of an archive until somebody stops it."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

import uvicorn

from parsers.errors import UsageError
from threadkeep.reader.application import application

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def serve(
    path: Path, host: str, port: int, token: str | None, on_ready: Callable[[str], None]
) -> None:
    """Serve an archive until the process is told to stop.

    Args:
        path: the archive; it was found to be one.
        host: the address to listen at.
        port: 0 takes a free one.
        token: what a reader has to know; None: nothing.
        on_ready: is called with the reader's address once it can be reached.

    Raises:
        UsageError: nothing can listen there.
    """
    listener = _listener(host, port)
    with listener:
        shown = f"[{host}]" if ":" in host else host
        on_ready(f"http://{shown}:{listener.getsockname()[1]}/")
        app = application(path, token=token, only_loopback=is_loopback(host))
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, lifespan="on"
        )
        uvicorn.Server(config).run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"Nothing can listen at {host}, port {port} ({reason}); name another with --host or --port."
        ) from error
    # Connections have it from the listener; without it a small answer waits for the reader's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener

"""Ports that are chosen for servers stay theirs until these listen."""

import socket
import sys

import pytest

from tests.servers.ports import free_port


@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere no server could have it, either.")
def test_a_port_that_was_given_is_taken_for_everybody_but_a_server() -> None:
    port = free_port()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))


def test_nobody_listens_on_it_and_a_server_can_again_and_again() -> None:
    address = ("127.0.0.1", free_port())
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
        with socket.create_server(address), socket.create_connection(address):
            pass

"""The same over TLS, with a certificate of a company's own authority."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.unit.run_client.conftest import Post

ANSWER = b'{"final": {"status": "ok", "response_payload": {"a": 1}}}'


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and self-signed certificate for 127.0.0.1 in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=1)
    )
    signed = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    return path


class TlsServer:
    """Takes one connection; sends `answer` and, where it is not the whole of it, leaves the connection open."""

    def __init__(self, certificate: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/run"
        self.answer = b""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        try:
            with self._context.wrap_socket(self._listener.accept()[0], server_side=True) as line:
                line.recv(65536)
                line.sendall(self.answer)
                self._over.wait(30)
        except OSError:
            return  # the client did not accept the certificate

    def close(self) -> None:
        self._over.set()
        self._thread.join(30)
        self._listener.close()


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[TlsServer]:
    server = TlsServer(certificate)
    yield server
    server.close()


def _head(length: int) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode()


def test_an_answer_comes_through(
    tls_server: TlsServer, post: Post, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    tls_server.answer = _head(len(ANSWER)) + ANSWER
    assert post(url=tls_server.url).payload == {"a": 1}


def test_the_deadline_ends_an_answer_that_stops_in_the_middle(
    tls_server: TlsServer, post: Post, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    tls_server.answer = _head(len(ANSWER)) + ANSWER[:-1]
    reply = post(url=tls_server.url, timeout_s=0.5)
    assert (reply.error_code, reply.reason) == ("timeout", "deadline")


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_server: TlsServer, post: Post) -> None:
    reply = post(url=tls_server.url)
    assert (reply.error_code, reply.reason) == ("connection", "tls")
    assert "self-signed" in reply.message

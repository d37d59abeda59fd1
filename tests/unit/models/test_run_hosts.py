"""Which addresses the worker may call: a listed host and port as they are written, and nothing that looks alike."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from urllib3.util import parse_url

from experiments.core.errors import InvalidInput
from experiments.models.run_hosts import check_run_url

LISTED = [
    "agents.example.com:443",
    "agents.example.com:8000",
    "10.1.2.3:80",
    "[2001:db8::5]:8000",
    "Agent_Runtime:9000",
]
TAKEN = [
    "https://agents.example.com/run",
    "https://agents.example.com:443/run",
    "http://agents.example.com:8000/run?x=1",
    "HTTP://Agents.Example.COM:8000/run",
    "http://agents.example.com:08000/run",
    "http://10.1.2.3/run",
    "http://[2001:db8::5]:8000/run",
    "http://agent_runtime:9000/run",
    "https://agents.example.com/@evil.example/",
    "https://agents.example.com/run#@evil.example",
]
REFUSED = {
    "another port": "https://agents.example.com:8443/run",
    "another scheme's port": "http://agents.example.com/run",
    "port nought": "http://agents.example.com:0/run",
    "port too large": "http://agents.example.com:99999/run",
    "negative port": "http://agents.example.com:-8000/run",
    "port in other digits": "http://agents.example.com:８０００/run",
    "no host": "http:///run",
    "no scheme": "agents.example.com/run",
    "scheme only of another": "//agents.example.com/run",
    "file": "file:///etc/passwd",
    "ftp": "ftp://agents.example.com/run",
    "gopher": "gopher://agents.example.com:8000/_x",
    "javascript": "javascript://agents.example.com:8000/%0aalert(1)",
    "user": "https://user@agents.example.com/run",
    "user and password": "https://user:pass@agents.example.com/run",
    "listed host as user": "https://agents.example.com@evil.example/run",
    "listed host and port as user": "http://agents.example.com:8000@evil.example/run",
    "empty user": "https://@agents.example.com/run",
    "two users": "https://a@b@agents.example.com/run",
    "backslash": "https://agents.example.com\\@evil.example/run",
    "backslash first": "https:\\\\agents.example.com/run",
    "fragment before the user": "https://evil.example#@agents.example.com/run",
    "question before the user": "https://evil.example?@agents.example.com/run",
    "semicolon": "https://evil.example;agents.example.com/run",
    "space": "https://agents.example.com /run",
    "line break": "https://agents.example.com/run\r\nHost: evil.example",
    "tab in the host": "https://agents.exa\tmple.com/run",
    "NUL": "https://agents.example.com\0.evil.example/run",
    "soft hyphen": "https://agents.exam\u00adple.com/run",
    "zero width": "https://agents.exam\u200bple.com/run",
    "trailing dot": "https://agents.example.com./run",
    "leading dot": "https://.agents.example.com/run",
    "a name that ends so": "https://evil-agents.example.com/run",
    "a name below": "https://x.agents.example.com/run",
    "a name above": "https://example.com/run",
    "a name that begins so": "https://agents.example.com.evil.example/run",
    "percent in the host": "https://%61gents.example.com/run",
    "percent point": "https://agents%2eexample.com/run",
    "full-width letters": "https://ａgents.example.com/run",
    "ideographic full stop": "https://agents。example。com/run",
    "circled letters": "https://ⓐgents.example.com/run",
    "Kelvin sign": "https://\u212aelvin.example.com/run",
    "Cyrillic letter": "https://аgents.example.com/run",
    "slash look-alike": "https://agents.example.com\u2044@evil.example/run",
    "loopback": "http://127.0.0.1:8000/run",
    "loopback, short": "http://127.1/run",
    "loopback, decimal": "http://2130706433/run",
    "loopback, octal": "http://0177.0.0.1/run",
    "loopback, hexadecimal": "http://0x7f000001/run",
    "loopback, hexadecimal parts": "http://0x7f.0.0.1/run",
    "loopback by name": "http://localhost/run",
    "loopback by name with a dot": "http://localhost./run",
    "nowhere": "http://0.0.0.0/run",
    "nowhere, short": "http://0/run",
    "a name that resolves to loopback": "http://127.0.0.1.nip.io/run",
    "loopback, IPv6": "http://[::1]/run",
    "loopback, mapped": "http://[::ffff:127.0.0.1]/run",
    "loopback, mapped in hexadecimal": "http://[::ffff:7f00:1]/run",
    "loopback, translated": "http://[64:ff9b::7f00:1]/run",
    "IPv6 zone": "http://[fe80::1%25eth0]/run",
    "IPv6 without an end": "http://[::1/run",
    "IPv6 of the future": "http://[v1.x]/run",
    "listed IPv6, another port": "http://[2001:db8::5]/run",
    "listed IPv6, written otherwise": "http://[2001:db8:0:0::5]:8000/run",
    "listed IPv4 in octal": "http://012.1.2.3/run",
    "listed IPv4 as one number": "http://167838211/run",
    "metadata of the cloud": "http://169.254.169.254/latest/meta-data/",
    "metadata by name": "http://metadata.google.internal/",
    "private network": "http://192.168.0.1/run",
    "very long": "http://" + "a" * 100_000 + "/run",
    "nothing": "",
}
LOOPBACK = ["http://127.0.0.1:9000/run", "http://localhost:1/run", "http://127.8.9.1:80/run", "https://[::1]:443/run"]


@pytest.fixture(autouse=True)
def _listed(settings: Any) -> None:
    settings.RUN_HOSTS = LISTED
    settings.RUN_HOSTS_LOOPBACK = False


@pytest.mark.parametrize("url", TAKEN)
def test_a_listed_host_is_taken_and_is_the_one_that_will_be_called(url: str) -> None:
    check_run_url(url)
    read, called = urlsplit(url), parse_url(url)
    assert (called.host or "").strip("[]").lower() == read.hostname
    assert (called.port or {"http": 80, "https": 443}[read.scheme]) == (
        read.port or {"http": 80, "https": 443}[read.scheme]
    )
    assert called.auth is None


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused_in_words(url: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_run_url(url)
    assert refusal.value.code in ("invalid_url", "host_not_allowed")
    assert len(refusal.value.detail) < 300


@pytest.mark.parametrize("url", LOOPBACK)
def test_the_demo_takes_any_loopback_port(settings: Any, url: str) -> None:
    settings.RUN_HOSTS_LOOPBACK = True
    check_run_url(url)


EASED = ("loopback", "loopback by name", "loopback, IPv6")


@pytest.mark.parametrize("name", [name for name in REFUSED if name not in EASED and "mapped" not in name])
def test_the_demo_takes_nothing_more(settings: Any, name: str) -> None:
    settings.RUN_HOSTS_LOOPBACK = True
    with pytest.raises(InvalidInput):
        check_run_url(REFUSED[name])


def test_nothing_is_looked_up_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_lookup(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr("socket.getaddrinfo", no_lookup)
    for url in TAKEN:
        check_run_url(url)

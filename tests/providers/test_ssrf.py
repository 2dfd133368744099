"""The guard for tenants' URLs: which addresses, and that nothing can change between the check and the connection."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.openai_server import INSTANT, Mode, OpenAIStub, Timing
from tests.providers.conftest import CALM, KEY, Answer, chat_request
from vtcontrol.kernel.errors import Fault, InputInvalid, ProviderFailed
from workers.providers.openai_chat import OpenAIChat
from workers.providers.openai_client import OpenAIClients, OpenAIEndpoint
from workers.providers.ssrf import AddressPolicy, AddressRefused, allowed_addresses, checked_url, refusal
from workers.providers.transport import GuardedTransport, RefusedByGuard

PUBLIC = AddressPolicy()
PRIVATE = AddressPolicy(allow_private=True)


class FakeResolver:
    """Answers with one list of addresses after the other, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


NEVER = [
    "169.254.169.254",
    "169.254.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "0.0.0.0",
    "0.1.2.3",
    "::",
    "224.0.0.1",
    "239.255.255.250",
    "ff02::1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.51.100.7",
    "203.0.113.9",
    "198.18.0.1",
    "2001:db8::1",
    "2001::1",
    "100::1",
    "::1.2.3.4",
    "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::a00:1",
    "2002:a9fe:a9fe::1",
]
WITH_LEAVE = [
    "127.0.0.1",
    "127.9.9.9",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.10",
    "100.64.0.1",
    "::1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "2002:0a00:0001::1",
]
OPEN = [
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]


@pytest.mark.parametrize("text", NEVER)
def test_dangerous_address_is_refused_whatever_the_operator_allows(text: str) -> None:
    address = ipaddress.ip_address(text)

    assert refusal(address, PUBLIC)
    assert refusal(address, PRIVATE)


@pytest.mark.parametrize("text", WITH_LEAVE)
def test_private_address_needs_the_operators_leave(text: str) -> None:
    address = ipaddress.ip_address(text)

    assert refusal(address, PUBLIC) == "private address"
    assert refusal(address, PRIVATE) == ""


@pytest.mark.parametrize("text", OPEN)
def test_public_address_is_allowed(text: str) -> None:
    assert refusal(ipaddress.ip_address(text), PUBLIC) == ""


@given(st.ip_addresses())
def test_no_address_the_standard_library_calls_private_is_public_here(address: ipaddress.IPv4Address) -> None:
    if not refusal(address, PUBLIC):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_link_local


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        (" https://api.openai.com/v1/ ", "https://api.openai.com/v1"),
        ("https://api.example.com./v1", "https://api.example.com/v1"),
        ("http://8.8.8.8:8000/v1", "http://8.8.8.8:8000/v1"),
        ("https://[2606:4700::1111]/v1", "https://[2606:4700::1111]/v1"),
        ("https://пример.рф/v1", "https://xn--e1afmkfd.xn--p1ai/v1"),
        ("https://my-host_1.local:11434", "https://my-host_1.local:11434"),
    ],
)
def test_usable_url_is_returned_clean(url: str, clean: str) -> None:
    assert checked_url(url, PUBLIC) == clean


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.openai.com",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "https://user:pw@example.org/",
        "https://user@example.org/",
        "https://example.org/v1?x=1",
        "https://example.org/v1#x",
        "https://",
        "http://2130706433/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://0x7f.0.0.1/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://1.2.3/",
        "http://8.8.8.8.8/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http://127.0.0.1./",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://169.254.169.254/latest",
        "http://example.org:22/",
        "http://example.org:25/",
        "http://example.org:6379/",
        "http://example.org:5432/",
        "http://exa mple.org/",
        "http://example..org/",
        "http://example.org:99999/",
        "http://example.org\\@127.0.0.1/",
    ],
)
def test_url_that_cannot_be_used_says_so_without_being_quoted(url: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        checked_url(url, PUBLIC)

    assert caught.value.field == "base_url"
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "192.168.1.5", "[::1]"])
def test_local_url_is_usable_with_the_operators_leave(host: str) -> None:
    assert checked_url(f"http://{host}:11434/v1", PRIVATE) == f"http://{host}:11434/v1"


@pytest.mark.parametrize("spelling", ["2130706433", "0177.0.0.1", "127.1", "0x7f.1"])
async def test_odd_spellings_are_never_resolved(spelling: str) -> None:
    resolver = FakeResolver(["8.8.8.8"])

    with pytest.raises(AddressRefused):
        await allowed_addresses(spelling, 80, PUBLIC, resolver)

    assert resolver.asked == []


async def test_every_address_of_a_name_must_be_allowed() -> None:
    with pytest.raises(AddressRefused, match="private address"):
        await allowed_addresses("two.example", 443, PUBLIC, FakeResolver(["8.8.8.8", "10.0.0.1"]))


async def test_name_is_looked_up_once_for_a_connection() -> None:
    resolver = FakeResolver(["8.8.8.8", "8.8.4.4"])

    found = await allowed_addresses("dns.example.", 443, PUBLIC, resolver)

    assert [str(address) for address in found] == ["8.8.8.8", "8.8.4.4"]
    assert resolver.asked == ["dns.example"]


async def failure_of(clients: OpenAIClients, url: str, *, allow_private: bool = False) -> ProviderFailed:
    brain = OpenAIChat(clients, OpenAIEndpoint(url, KEY, allow_private=allow_private), "m", patience=CALM)
    with pytest.raises(ProviderFailed) as caught:
        await Answer().read(brain.stream(chat_request()))
    return caught.value


async def test_name_that_leads_inside_is_refused_before_anything_is_sent(stub: OpenAIStub) -> None:
    clients = OpenAIClients(FakeResolver(["127.0.0.1"]))

    failure = await failure_of(clients, f"http://evil.example:{stub.port}/v1")

    assert failure.fault is Fault.REJECTED
    assert "private address" in str(failure)
    assert "evil" not in str(failure)
    assert stub.accepted == 0


async def test_name_that_leads_to_metadata_is_refused_even_with_leave(stub: OpenAIStub) -> None:
    clients = OpenAIClients(FakeResolver(["169.254.169.254"]))

    failure = await failure_of(clients, f"http://evil.example:{stub.port}/v1", allow_private=True)

    assert "metadata" in str(failure)


async def test_rebinding_between_check_and_connection_is_impossible(stub: OpenAIStub) -> None:
    resolver = FakeResolver(["127.0.0.1"], ["169.254.169.254"])
    clients = OpenAIClients(resolver)
    endpoint = OpenAIEndpoint(f"http://rebinding.example:{stub.port}/v1", KEY, allow_private=True)
    brain = OpenAIChat(clients, endpoint, "m", patience=CALM)

    first = await Answer().read(brain.stream(chat_request()))

    assert first.text
    assert resolver.asked == ["rebinding.example"]
    assert stub.heads[-1]["host"] == f"rebinding.example:{stub.port}"
    await clients.aclose()


async def test_new_connection_is_checked_anew(stub: OpenAIStub) -> None:
    clients = OpenAIClients(FakeResolver(["127.0.0.1"], ["169.254.169.254"]))
    endpoint = OpenAIEndpoint(f"http://rebinding.example:{stub.port}/v1", KEY, allow_private=True)
    brain = OpenAIChat(clients, endpoint, "m", patience=CALM)
    await Answer().read(brain.stream(chat_request()))
    stub.fail("chat", Mode.CLOSE)
    with pytest.raises(ProviderFailed, match="closed early"):
        await Answer().read(brain.stream(chat_request()))

    with pytest.raises(ProviderFailed, match="metadata"):
        await Answer().read(brain.stream(chat_request()))

    await clients.aclose()


async def test_redirect_leads_nowhere(stub: OpenAIStub, clients: OpenAIClients) -> None:
    stub.fail("chat", Mode.REDIRECT)

    failure = await failure_of(clients, stub.base_url, allow_private=True)

    assert failure.fault is Fault.REJECTED


async def test_second_address_is_tried_when_the_first_does_not_answer(stub: OpenAIStub) -> None:
    clients = OpenAIClients(FakeResolver(["127.0.0.2", "127.0.0.1"]))
    endpoint = OpenAIEndpoint(f"http://two.example:{stub.port}/v1", KEY, allow_private=True)

    answer = await Answer().read(OpenAIChat(clients, endpoint, "m", patience=CALM).stream(chat_request()))

    assert answer.text
    await clients.aclose()


async def test_ipv6_is_reached_with_leave_only(clients: OpenAIClients) -> None:
    stub = await OpenAIStub(KEY, Timing(**INSTANT)).start("::1")
    url = f"http://[::1]:{stub.port}/v1"

    answer = await Answer().read(
        OpenAIChat(clients, OpenAIEndpoint(url, KEY, allow_private=True), "m", patience=CALM).stream(chat_request())
    )

    assert answer.text
    assert (await failure_of(clients, url)).fault is Fault.REJECTED
    await stub.stop()


async def test_unix_sockets_and_proxies_are_no_way_around(stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", stub.base_url)
    transport = GuardedTransport(PUBLIC, FakeResolver(["10.0.0.1"]))

    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        with pytest.raises(RefusedByGuard):
            await client.get("http://somewhere.example/")

    assert stub.accepted == 0


class Certificates:
    """A server's certificate for `good.example`, and a client that trusts it."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "good.example")])
        start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(start)
            .not_valid_after(start + dt.timedelta(days=36_500))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("good.example")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / "both.pem").write_bytes(pem + secret)
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(folder / "both.pem")
        self.server.sni_callback = lambda _socket, name, _context: self.asked_for.append(name)
        self.client = ssl.create_default_context(cadata=pem.decode())
        self.asked_for: list[str | None] = []


@pytest.fixture
def certificates(tmp_path: Path) -> Iterator[Certificates]:
    return Certificates(tmp_path)


async def test_tls_keeps_the_name_of_the_url(certificates: Certificates) -> None:
    stub = await OpenAIStub(KEY, Timing(**INSTANT)).start(tls=certificates.server)
    clients = OpenAIClients(FakeResolver(["127.0.0.1"]), tls=certificates.client)
    endpoint = OpenAIEndpoint(f"https://good.example.:{stub.port}/v1", KEY, allow_private=True)
    brain = OpenAIChat(clients, endpoint, "m", patience=CALM)

    await brain.warm()
    answer = await Answer().read(brain.stream(chat_request()))

    assert answer.text
    assert certificates.asked_for == ["good.example"]
    assert stub.heads[-1]["host"] == f"good.example:{stub.port}"
    await clients.aclose()
    await stub.stop()


async def test_certificate_for_another_name_is_not_accepted(certificates: Certificates) -> None:
    stub = await OpenAIStub(KEY, Timing(**INSTANT)).start(tls=certificates.server)
    clients = OpenAIClients(FakeResolver(["127.0.0.1"]), tls=certificates.client)

    failure = await failure_of(clients, f"https://bad.example:{stub.port}/v1", allow_private=True)

    assert failure.fault is Fault.UNREACHABLE
    assert stub.stats("chat").requests == 0
    await clients.aclose()
    await stub.stop()

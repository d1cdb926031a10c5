"""Which addresses are called on somebody's word."""

import socket
from ipaddress import ip_address

import pytest

from inbox.reachable import NotAllowed, addresses_of, check, is_public, target_of


@pytest.fixture
def leads_to(monkeypatch):
    """What a name leads to, without a name server."""

    def leads_to_(*addresses):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)

    return leads_to_


def reached(url, listed=()):
    try:
        return [str(address) for address in addresses_of(target_of(url), listed)]
    except NotAllowed as error:
        return error.code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
        "::1", "::", "fe80::1", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2002:a00:1::1", "2001:db8::1", "2001:0:7f00:1::1",
    ],
)  # fmt: skip
def test_an_address_of_no_place_on_the_internet_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_an_address_of_the_internet_is(address):
    assert is_public(ip_address(address))


def test_without_a_list_public_addresses_are_called_over_tls(leads_to):
    leads_to("8.8.8.8")
    assert reached("https://hooks.example.com/x") == ["8.8.8.8"]
    assert reached("http://hooks.example.com/x") == "no_tls"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data",
    ],
)  # fmt: skip
def test_an_inner_address_is_refused_however_it_is_written(url):
    with pytest.raises(NotAllowed):
        check(target_of(url), [])


def test_a_name_is_refused_for_any_inner_address_that_it_leads_to(leads_to):
    leads_to("8.8.8.8", "10.0.0.1")
    assert reached("https://hooks.example.com/") == "not_public"


def test_what_is_listed_alone_is_called_and_may_be_inside(leads_to):
    leads_to("10.0.0.7")
    listed = ["chat.ops.example", "*.hooks.example"]
    assert reached("http://chat.ops.example:8065/hook", listed) == ["10.0.0.7"]
    assert reached("https://a.hooks.example/", listed) == ["10.0.0.7"]
    for other in (
        "https://hooks.example/",
        "https://ahooks.example/",
        "https://8.8.8.8/",
        "https://else.example/",
    ):
        assert reached(other, listed) == "not_listed"


def test_a_listed_name_leads_to_no_metadata_service(leads_to):
    leads_to("169.254.169.254")
    assert reached("http://chat.ops.example/", ["chat.ops.example"]) == "not_public"
    assert reached("http://chat.ops.example/", ["169.254.169.254"]) == ["169.254.169.254"]


def test_a_listed_network_allows_what_leads_into_it(leads_to):
    leads_to("10.1.2.3")
    assert reached("http://any.ops.example/", ["10.0.0.0/8"]) == ["10.1.2.3"]
    assert reached("http://10.9.9.9/", ["10.0.0.0/8"]) == ["10.9.9.9"]
    leads_to("192.168.0.1")
    assert reached("http://any.ops.example/", ["10.0.0.0/8"]) == "not_listed"


def test_a_star_adds_what_is_public(leads_to):
    leads_to("8.8.8.8")
    assert reached("https://else.example/", ["*", "10.0.0.7"]) == ["8.8.8.8"]
    assert reached("http://10.0.0.7/", ["*", "10.0.0.7"]) == ["10.0.0.7"]
    assert reached("https://10.0.0.8/", ["*", "10.0.0.7"]) == "not_public"


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example.com", "ftp://hooks.example.com/", "file:///etc/passwd", "https://",
        "https://u:p@hooks.example.com/",
        "https://hooks.example.com/a b", "https://hooks.example.com/\r\nX: y", "https://hooks.example.com:99999/",
        "https://hooks.example.com\\@127.0.0.1/", "https://[::1/", "https://ホスト.example/",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_none(url):
    with pytest.raises(NotAllowed, match="no_address"):
        target_of(url)


def test_an_address_keeps_its_path_and_query():
    target = target_of("https://Hooks.Example.com./a/b?c=d#e")
    assert (target.host, target.port, target.path) == ("hooks.example.com", 443, "/a/b?c=d")
    assert target_of("http://hooks.example.com?x").path == "/?x"

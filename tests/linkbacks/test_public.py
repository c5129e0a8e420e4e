"""Addresses are judged by the registries, in the form in which sockets have them (SEC-5)."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelican_smo.linkbacks.public import allowing, is_public, network

PUBLIC = (
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:2800:220:1:248:1893:25c8:1946",
    "2a00:1450:4001:830::200e",
    "::ffff:93.184.216.34",
    "64:ff9b::5db8:d822",
    "2001:4860::5efe:5db8:d822",
)

# Each special block by its ends, and what section 4.2 found other guards to let through.
FORBIDDEN = (
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.8",
    "192.0.0.9",
    "192.0.0.192",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.0.0",
    "192.168.255.255",
    "192.175.48.1",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::93.184.216.34",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "2002:5db8:d822::1",
    "2001:4860::5efe:7f00:1",
    "2001:4860::200:5efe:c0a8:101",
    "2620:4f:8000::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fe80::1%1",
    "2606:2800:220:1::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
)

ODD = (
    "",
    " ",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "127.0.0.1 ",
    "127.0.0.1.",
    "１２７.0.0.1",
    "93.184.216.34/32",
    "[::1]",
    "localhost",
    "example.org",
    "1.1.1.1\x00",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_SEC_5_addresses_of_the_open_internet_pass(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_SEC_5_special_addresses_do_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("spelling", ODD)
def test_SEC_5_no_other_spelling_passes(spelling: str) -> None:
    assert not is_public(spelling)
    assert not allowing("0.0.0.0/0", "::/0")(spelling)


@given(st.ip_addresses(v=4))
def test_what_is_public_is_global_to_python_as_well(ip: ipaddress.IPv4Address) -> None:
    assert ip.is_global or not is_public(str(ip))


@given(st.ip_addresses(v=4))
def test_SEC_5_wrapping_makes_no_address_public(ip: ipaddress.IPv4Address) -> None:
    bits = int(ip)
    wrapped = {
        "mapped": 0xFFFF << 32 | bits,
        "NAT64": 0x0064FF9B << 96 | bits,
        "compatible": bits,
        "6to4": 0x2002 << 112 | bits << 80 | 1,
        "Teredo": 0x20010000 << 96 | bits << 64 | (bits ^ 0xFFFFFFFF),
        "ISATAP": 0x20014860 << 96 | 0x5EFE << 32 | bits,
    }
    public = {name for name, form in wrapped.items() if is_public(str(ipaddress.IPv6Address(form)))}
    assert public == ({"mapped", "NAT64", "ISATAP"} if is_public(str(ip)) else set())


@given(st.text() | st.ip_addresses().map(str))
def test_any_text_gets_a_judgement(text: str) -> None:
    assert is_public(text) in (True, False)


def test_a_judge_can_allow_networks_of_the_house_and_nothing_beside_them() -> None:
    judge = allowing("127.0.0.0/8", "fd12::/16")
    asked = ("127.0.0.2", "::ffff:127.0.0.2", "fd12::1", "1.1.1.1", "::1", "10.0.0.1", "fd13::1")
    assert [judge(address) for address in asked] == [True, True, True, True, False, False, False]
    with pytest.raises(ValueError, match="host bits set"):
        allowing("127.0.0.1/8")


def test_addresses_of_one_customer_share_a_network() -> None:
    assert network("93.184.216.34") == "93.184.216.34/32"
    assert network("64:ff9b::5db8:d822") == "93.184.216.34/32"
    assert network("2a00:1450:4001:830:1:2:3:4") == network("2a00:1450:4001:830::1")
    assert network("2a00:1450:4001:831::1") != network("2a00:1450:4001:830::1")

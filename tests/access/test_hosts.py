from __future__ import annotations

import pytest

from gisgrid.access.hosts import AllowedHosts
from gisgrid.errors import Forbidden, GisgridError, InputError

HOSTS = AllowedHosts.of(["hooks.example.gov", "127.0.0.1", "10.2.0.0/16", "inner.example.gov"])


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.gov/cases?from=gisgrid",
        "https://HOOKS.example.gov:8443/",
        "http://127.0.0.1:9000/cases",
    ],
)
def test_what_is_listed_may_be_called(url: str) -> None:
    assert HOSTS.check_url(url).hostname


@pytest.mark.parametrize(
    "url",
    [
        "https://example.gov/",
        "https://evil.hooks.example.gov/",
        "https://hooks.example.gov.evil.net/",
        "https://hooks.example.gov@evil.net/",
        "https://evil.net#@hooks.example.gov/",
        "https://evil.net\\@hooks.example.gov/",
        "https://user:secret@hooks.example.gov/",
        "https://hooks.example.gov/#part",
        "http://hooks.example.gov/",
        "ftp://hooks.example.gov/",
        "file:///etc/passwd",
        "https://10.2.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://hooks.example.gov:99999/",
        "https://hooks.example.gov/a b",
        "https://hooks.example.gov/\r\nX-Evil: 1",
        "https://ｈooks.example.gov/",
        "",
    ],
)
def test_what_is_not_listed_may_not(url: str) -> None:
    with pytest.raises(GisgridError):
        HOSTS.check_url(url)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "127.0.0.1", "10.2.9.9"]
)
def test_names_may_lead_to_the_open_internet_and_to_listed_networks(address: str) -> None:
    HOSTS.check_address(address)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.2", "10.3.0.1", "192.168.1.1", "169.254.169.254", "::1", "fe80::1%eth0", "0.0.0.0"],
)
def test_names_may_not_lead_into_other_private_networks(address: str) -> None:
    with pytest.raises(Forbidden, match="network that is not listed"):
        HOSTS.check_address(address)


@pytest.mark.parametrize("entry", ["https://hooks.example.gov", "*.example.gov", "10.2.0.1/16", ""])
def test_what_is_no_host_is_refused(entry: str) -> None:
    with pytest.raises(InputError, match="neither a host nor a network"):
        AllowedHosts.of([entry])

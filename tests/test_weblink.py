"""What may be a link of a page."""

import pytest

from metadata.strangers.weblink import is_web


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example",
        "http://a.example:8080/été?q=1#x",
        "https://[2001:db8::1]/",
        "HTTPS://A.EXAMPLE/",
        "https://exemple.fr/l’école",
    ],
)
def test_an_address_of_the_web_is_one(address):
    assert is_web(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a.example",
        "//a.example",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "mailto:x@a.example",
        "https://",
        "https:///chemin",
        "https://a.example/ espace",
        "https://a.example/\u00a0",
        'https://a.example/"onclick=',
        "https://a.example/<script>",
        "https://a.example:port/",
        "https://[::1/",
        "ark:/12345/abc",
    ],
)
def test_anything_else_is_not(address):
    assert not is_web(address)

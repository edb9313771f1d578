"""Addresses: their one normal form, what is none, which are never asked for, which are public."""

from __future__ import annotations

import contextlib

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from parsers.errors import UsageError
from scraper.fetch.address import join_address, normalise_url, parse_address
from scraper.fetch.forbidden import is_forbidden_target, why_forbidden
from scraper.fetch.network import is_loopback, is_public_address


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("HTTPS://Forum.Example:443/Forums/#top", "https://forum.example/Forums/"),
        ("  http://forum.example:080\n", "http://forum.example/"),
        ("http://forum.example:8080?a=1", "http://forum.example:8080/?a=1"),
        ("https://forum.example/a/./b/../c//d/..", "https://forum.example/a/c//"),
        ("https://forum.example/?", "https://forum.example/"),
        ("https://forum.example./%7euser/%41%2f%e9", "https://forum.example/~user/A%2F%E9"),
        (
            "https://forum.example/één topic/?q=ü|x&a[]=100%",
            "https://forum.example/%C3%A9%C3%A9n%20topic/?q=%C3%BC%7Cx&a%5B%5D=100%25",
        ),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://☃.example/", "https://xn--n3h.example/"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://0x7F.0.0.01/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://１２７.0.0.1/", "http://127.0.0.1/"),
        ("http://[0:0::1]:80/x", "http://[::1]/x"),
        ("https://under_score.example/", "https://under_score.example/"),
    ],
)
def test_addresses_have_one_normal_form(typed: str, normal: str) -> None:
    assert normalise_url(typed) == normal


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "An empty text"),
        ("foo", "is no web address"),
        ("forum.example/forums/", "did you mean https://forum.example/forums/ ?"),
        ("localhost:8000/x", "did you mean http://localhost:8000/x ?"),
        ("127.0.0.1:8000", "did you mean http://127.0.0.1:8000 ?"),
        ("file:///etc/passwd", "not file:"),
        ("ftp://forum.example/", "not ftp:"),
        ("javascript:alert(1)", "not javascript:"),
        ("mailto:me@example.org", "not mailto:"),
        ("http://", "names no host"),
        ("https:///forums/", "names no host"),
        ("http:/forum.example/", "is no web address"),
        ("https://me:secret@forum.example/", "reads as a guest"),
        ("https://forum.example/a\nb", "control character"),
        ("https://forum.example/\x00", "control character"),
        ("https://forum.example/\ud800", "control character"),
        ("https://forum example/", "no host"),
        ("https://forum.example\\@evil.example/", "reads as a guest"),
        ("https://forum.example\\evil/", "no host"),
        ("https://forum.example:0/", "ports are 1 to 65535"),
        ("https://forum.example:99999999999999/", "ports are 1 to 65535"),
        ("https://forum.example:x/", "no host and port"),
        ("https://[::1/", "no host and port"),
        ("https://[fe80::1%eth0]/", "no host name"),
        ("https://[nothing]/", "no host name"),
        ("https://a..example/", "no host name"),
        ("https://-a.example/", "no host name"),
        ("https://" + "a" * 64 + ".example/", "no host name"),
        ("https://1.2.3.4.5/", "no host name"),
        ("https://1.2.3.256/", "no host name"),
        ("https://256.1/", "no host name"),
        ("https://08.1/", "no host name"),
        ("https://:80/", "no host and port"),
        ("https://%6c.example/", "no host name"),
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(typed: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_address(typed)
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)


@given(
    st.sampled_from(["http", "HTTPS"]),
    st.sampled_from(
        [
            "forum.example",
            "Bücher.example",
            "127.1",
            "[::1]",
            "a.b-c_d.example.",
            "☃.example",
            "1.2.3",
        ]
    ),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    st.text(max_size=40),
)
@example("http", "forum.example", "", "/%2%35/..%2f%252e/[?]#%")
def test_normalising_twice_is_normalising_once(
    scheme: str, host: str, port: str, rest: str
) -> None:
    try:
        once = normalise_url(f"{scheme}://{host}{port}/{rest}")
    except UsageError:
        return
    assert normalise_url(once) == once
    # What was checked is what is sent: requests leaves it as it is.
    assert requests.Request("GET", once).prepare().url == once


@given(st.text(max_size=60))
def test_no_text_makes_parsing_fail_in_another_way(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert parse_address(text).url.startswith("http")


@pytest.mark.parametrize(
    ("reference", "target"),
    [("../b/", "https://forum.example/b/"), ("//other.example/x", "https://other.example/x"), ("?p=1", "https://forum.example/a/?p=1"),
     ("", "https://forum.example/a/")],
)  # fmt: skip
def test_references_are_joined(reference: str, target: str) -> None:
    assert join_address(parse_address("https://forum.example/a/"), reference).url == target


@pytest.mark.parametrize(
    "reference", ["javascript:alert(1)", "http://[", "data:,x", "http://a b/"]
)
def test_references_out_of_the_web_are_refused(reference: str) -> None:
    with pytest.raises(UsageError):
        join_address(parse_address("https://forum.example/a/"), reference)


@pytest.mark.parametrize(
    "tail",
    ["topic/x/?_wpnonce=1", "topic/x/?a=1&amp;_wpnonce=1", "topic/x/?%5Fwpnonce=1", "topic/x/?_WPNONCE=1", "?.wpnonce=1", "?+_wpnonce=1",
     "?_ajax_nonce=1", "topic/x/?action=bbp_subscribe", "?action=bbp%5Ftoggle_topic_close", "?action=split", "topic/x/?bbp_reply_to=3",
     "x/?replytocom=7", "topic/x/edit/", "topic/x/edit", "reply/3/edit/?action=move", "topic/x/%65dit/", "topic/x/?edit=1", "topic/x/?view=all",
     "wp-login.php", "wp-login.php?redirect_to=x", "wp-admin/", "wp-admin/admin-ajax.php", "WP-ADMIN", "xmlrpc.php", "wp%2Dlogin.php",
     "wp%252Dlogin.php",
        "wp%25252Dlogin.php", "shop/?add-to-cart=1", "?share=facebook", "?d4pbbaction=thanks", "?bbpvotes_post_vote=1", "?customize_changeset_uuid=x",
     "?action=logout", "?x=1;_wpnonce=2", "?_wpnonce[]=1"],
)  # fmt: skip
def test_actions_are_forbidden_in_every_spelling(tail: str) -> None:
    assert is_forbidden_target(f"https://forum.example/forums/{tail}")
    assert why_forbidden(f"https://forum.example/forums/{tail}")


@pytest.mark.parametrize(
    "tail",
    ["topic/x/", "topic/x/page/2/", "topic/edit-your-post/", "topic/x/?paged=2", "?p=12", "reply/to-x-17/", "topic/x/?view=threaded", "feed/",
     "topic/credit/", "?annonce=12", "topic/wp-admin-is-slow/", "?action=profile", "search/edit", "topic/my-wp-login.php-hangs/"],
)  # fmt: skip
def test_pages_are_not_forbidden(tail: str) -> None:
    url = f"https://forum.example/forums/{tail}"
    assert is_forbidden_target(url) is (tail == "search/edit")


@pytest.mark.parametrize(
    ("address", "is_public"),
    [("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True), ("64:ff9b::808:808", True),
     ("2002:808:808::", True), ("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False),
     ("169.254.169.254", False), ("100.100.100.200", False), ("168.63.129.16", False), ("0.0.0.0", False),
     ("224.0.0.1", False), ("255.255.255.255", False), ("::1", False), ("::", False), ("fe80::1%eth0", False),
     ("fc00::1", False), ("fec0::1", False), ("ff02::1", False), ("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False),
     ("2002:7f00:1::", False), ("no address", False)],
)  # fmt: skip
def test_public_addresses(address: str, is_public: bool) -> None:
    assert is_public_address(address) is is_public


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True),
        ("demo.localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("forum.example", False),
        ("localhost.example", False),
    ],
)
def test_loopback_hosts(host: str, is_here: bool) -> None:
    assert is_loopback(host) is is_here

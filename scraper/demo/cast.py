"""Who posts on a demo forum: invented people, with the names that break archives among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scraper.demo.forum import DemoAuthor

if TYPE_CHECKING:
    import random

ADMINISTRATOR = DemoAuthor(user_id=1, name="Vera Lantern", nicename="vera", role="keymaster")
MODERATOR = DemoAuthor(user_id=2, name="Mo O'Dell", nicename="mo", role="moderator")
DELETED = DemoAuthor(user_id=14, name="Gone Away", role="inactive")
CAST: tuple[DemoAuthor, ...] = (
    ADMINISTRATOR,
    MODERATOR,
    DemoAuthor(user_id=3, name='Tom & "Jet" <Fox>', nicename="tom-jet-fox"),
    DemoAuthor(user_id=4, name="@inge_b", nicename="inge_b"),
    DemoAuthor(user_id=5, name="田中 花子", nicename="hanako"),
    DemoAuthor(user_id=6, name="Зоя Ильина", nicename="zoya"),
    DemoAuthor(user_id=7, name="ليلى حسن", nicename="layla"),
    DemoAuthor(user_id=8, name="נועה כהן", nicename="noa"),
    DemoAuthor(user_id=9, name="Łucja Żak 🦊", nicename="lucja-zak"),
    DemoAuthor(user_id=10, name="Silent Reader", nicename="silent-reader", role="spectator"),
    DemoAuthor(user_id=11, name="Ben Blocked", nicename="ben-blocked", role="blocked"),
    # Two accounts may show the same name; only the profile's address and the number tell them apart.
    DemoAuthor(user_id=12, name="Vera Lantern", nicename="vera-lantern"),
    DemoAuthor(user_id=13, name="12345", nicename="12345"),
)
GUESTS: tuple[DemoAuthor, ...] = (
    DemoAuthor(user_id=0, name="Passing By", role="guest"),
    DemoAuthor(user_id=0, name="Ünïcode Visitor", role="guest"),
    DemoAuthor(user_id=0, name="Salt & Pepper", role="guest"),
    DemoAuthor(user_id=0, name="Participant", role="guest"),
)
_FIRST = (
    "Ada",
    "Bas",
    "Cleo",
    "Daan",
    "Elif",
    "Finn",
    "Greta",
    "Hugo",
    "Iris",
    "Joris",
    "Kaya",
    "Lotte",
    "Milan",
    "Nora",
    "Omar",
    "Petra",
    "Quin",
    "Rosa",
    "Sami",
    "Tess",
)
_LAST = (
    "Aalders",
    "Bergen",
    "Cermak",
    "Dupont",
    "Eriksen",
    "Ferro",
    "Grau",
    "Hoekstra",
    "Ito",
    "Jansen",
    "Kaplan",
    "Lund",
    "Maas",
    "Novak",
    "Okoye",
    "Peeters",
)
_FIRST_FREE_NUMBER = 15


def crowd(rng: random.Random, topics: int) -> tuple[DemoAuthor, ...]:
    """The accounts of a forum of so many topics: the cast, and more people the larger it is."""
    numbers = range(_FIRST_FREE_NUMBER, _FIRST_FREE_NUMBER + min(12 + topics // 4, 2000))
    return CAST + tuple(_member(rng, number) for number in numbers)


def _member(rng: random.Random, number: int) -> DemoAuthor:
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    return DemoAuthor(
        user_id=number, name=f"{first} {last}", nicename=f"{first}-{last}-{number}".lower()
    )

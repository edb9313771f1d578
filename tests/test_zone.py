"""The site's clock: facts of known zones by hand, and a simulated site that must never be told a wrong time."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import UsageError
from parsers.zones import Pair, SiteClock, ZoneCandidates, best_question, infer
from parsers.zones.candidates import named_zone, zone_names
from parsers.zones.posix import yearly_changes
from parsers.zones.rules import EPOCH, FLOOR, HORIZON

AMSTERDAM = "Europe/Amsterdam"
NEW_YORK = "America/New_York"
KOLKATA = "Asia/Kolkata"
LORD_HOWE = "Australia/Lord_Howe"
SITE_ZONES = (
    AMSTERDAM,
    NEW_YORK,
    KOLKATA,
    LORD_HOWE,
    "Europe/London",
    "America/Sao_Paulo",
    "Asia/Tehran",
    "UTC",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def pair(utc_text: str, local_text: str) -> Pair:
    return Pair(utc=utc(utc_text), local=at(local_text))


def zone_info(name: str) -> ZoneInfo:
    """The zone of the `tzdata` package, not of the machine."""
    with (files("tzdata") / "zoneinfo" / name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def shown(instant: datetime, name: str) -> datetime:
    """What a site in this zone shows of a post."""
    return instant.astimezone(zone_info(name)).replace(tzinfo=None, second=0, microsecond=0)


def fed(instant: datetime, name: str) -> datetime:
    """What the site's feed says: WordPress reads the UTC text as its own wall clock, and moves it out of a gap."""
    wall = instant.replace(tzinfo=zone_info(name))
    return wall.astimezone(UTC).astimezone(wall.tzinfo).replace(tzinfo=UTC)


def pairs_of(name: str, *instants: str) -> list[Pair]:
    return [Pair(utc=fed(utc(text), name), local=shown(utc(text), name)) for text in instants]


# UTC repeats no hour, but what the strategy draws may say so.
instants = st.datetimes(
    min_value=at("1999-01-01"), max_value=at("2036-01-01"), timezones=st.just(UTC)
).map(lambda instant: instant.replace(fold=0))

# Out of the hours in which clocks change and feeds are moved.
by_day = instants.map(lambda instant: instant.replace(hour=8 + instant.hour % 12))


class TestRules:
    @given(st.sampled_from(sorted(zone_names().values())), st.integers(FLOOR, HORIZON - 1))
    def test_agree_with_the_standard_library(self, name: str, second: int) -> None:
        rules = named_zone(name).rules
        span = next(span for span in rules.spans() if span.start <= second < span.end)
        expected = (EPOCH + timedelta(seconds=second)).astimezone(zone_info(name)).utcoffset()
        assert timedelta(seconds=span.offset) == expected

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            (
                "CET-1CEST,M3.5.0,M10.5.0/3",
                [("2025-03-30T01:00", 7200), ("2025-10-26T01:00", 3600)],
            ),
            ("IST-1GMT0,M10.5.0,M3.5.0/1", [("2025-03-30T01:00", 3600), ("2025-10-26T01:00", 0)]),
            (
                "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
                [("2025-03-30T01:00", -3600), ("2025-10-26T01:00", -7200)],
            ),
            (
                "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
                [("2025-04-05T15:00", 37800), ("2025-10-04T15:30", 39600)],
            ),
            ("EST5EDT,J60,J300", [("2025-03-01T07:00", -14400), ("2025-10-27T06:00", -18000)]),
            ("EST5EDT,59/0,299", [("2025-03-01T05:00", -14400), ("2025-10-27T06:00", -18000)]),
            ("UTC0", []),
            ("", []),
        ],
    )
    def test_yearly_changes(self, rule: str, expected: list[tuple[str, int]]) -> None:
        changes = [
            (EPOCH + timedelta(seconds=second), offset)
            for second, offset in yearly_changes(rule, range(2025, 2026))
        ]
        assert changes == [(utc(text), offset) for text, offset in expected]

    def test_counting_days_in_a_leap_year(self) -> None:
        by_date = [second for second, _ in yearly_changes("EST5EDT,J60,J300", range(2024, 2025))]
        by_number = [second for second, _ in yearly_changes("EST5EDT,59,299", range(2024, 2025))]
        assert EPOCH + timedelta(seconds=by_date[0]) == utc("2024-03-01T07:00")
        assert EPOCH + timedelta(seconds=by_number[0]) == utc("2024-02-29T07:00")


class TestCandidates:
    def test_every_name_is_one_of_a_zones(self) -> None:
        names = [name for zone in ZoneCandidates.all().zones for name in zone.names]
        assert len(names) == len(set(names))
        assert set(zone_names().values()) <= set(names)
        assert not {"Factory", "localtime"} & set(names)
        assert not [name for name in names if name.startswith(("posix/", "right/", "SystemV/"))]

    def test_fixed_offsets_in_quarter_hours(self) -> None:
        fixed = [zone.name for zone in ZoneCandidates.all().zones if zone.name[0] in "+-"]
        assert len(fixed) == 26 * 4 + 1
        assert {"-12:00", "-00:15", "+00:00", "+05:45", "+12:45", "+14:00"} <= set(fixed)

    def test_names_of_the_same_rules_are_joined_under_the_best_known(self) -> None:
        by_name = {name: zone for zone in ZoneCandidates.all().zones for name in zone.names}
        assert by_name["Asia/Calcutta"] is by_name[KOLKATA] is by_name["+05:30"]
        assert by_name["US/Eastern"].name == NEW_YORK
        assert by_name["Australia/LHI"].name == LORD_HOWE
        assert by_name["Europe/Paris"].name == "Europe/Paris"
        assert by_name[AMSTERDAM].name == AMSTERDAM

    def test_order_is_always_the_same(self) -> None:
        again = ZoneCandidates.all.__wrapped__()
        assert [zone.name for zone in again.zones] == [
            zone.name for zone in ZoneCandidates.all().zones
        ]

    def test_a_pair_joins_an_aware_and_a_naive_time(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            Pair(utc=at("2020-01-01"), local=at("2020-01-01"))


class TestStatedZone:
    @pytest.mark.parametrize(
        ("name", "local", "expected"),
        [
            (AMSTERDAM, "2016-10-13 18:20", "2016-10-13 16:20"),
            (AMSTERDAM, "2016-12-13 18:20:31", "2016-12-13 17:20:31"),
            ("europe/amsterdam", "2016-12-13 18:20", "2016-12-13 17:20"),
            (NEW_YORK, "2007-03-20 12:00", "2007-03-20 16:00"),
            (NEW_YORK, "2006-03-20 12:00", "2006-03-20 17:00"),
            ("US/Eastern", "2006-03-20 12:00", "2006-03-20 17:00"),
            (KOLKATA, "2016-07-01 00:00", "2016-06-30 18:30"),
            (LORD_HOWE, "2020-01-15 12:00", "2020-01-15 01:00"),
            (LORD_HOWE, "2020-07-15 12:00", "2020-07-15 01:30"),
            ("+05:30", "2016-07-01 00:00", "2016-06-30 18:30"),
            ("-03:00", "2016-07-01 00:00", "2016-07-01 03:00"),
            ("UTC+5:45", "2016-07-01 00:00", "2016-06-30 18:15"),
            ("UTC-3", "2016-07-01 00:00", "2016-07-01 03:00"),
            ("−0930", "2016-07-01 00:00", "2016-07-01 09:30"),
            ("UTC", "1970-01-01 00:00", "1970-01-01 00:00"),
            (NEW_YORK, "1969-12-31 19:00", "1970-01-01 00:00"),
        ],
    )
    def test_gives_utc(self, name: str, local: str, expected: str) -> None:
        assert SiteClock.from_name(name, configured=False).utc(at(local)) == (
            utc(expected),
            "zone",
        )

    def test_says_so_when_the_user_stated_it(self) -> None:
        clock = SiteClock.from_name(AMSTERDAM, configured=True)
        assert clock.utc(at("2016-10-13 18:20")) == (utc("2016-10-13 16:20"), "configured")
        assert clock.names == ((AMSTERDAM,),)

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "Amsterdam",
            "Factory",
            "Europe/Atlantis",
            "+15:00",
            "-12:15",
            "+05:17",
            "5.5",
            "../zones",
            "CEST",
        ],
    )
    def test_refuses_what_is_no_zone(self, name: str) -> None:
        with pytest.raises(
            UsageError,
            match=r"write a name such as Europe/Amsterdam or an offset such as \+05:30\.$",
        ):
            SiteClock.from_name(name, configured=True)

    @pytest.mark.parametrize(
        ("name", "skipped", "repeated"),
        [
            (AMSTERDAM, "2015-03-29 02:30", "2015-10-25 02:30"),
            (NEW_YORK, "2015-03-08 02:00", "2015-11-01 01:59"),
            (LORD_HOWE, "2015-10-04 02:29", "2015-04-05 01:30"),
        ],
    )
    def test_a_skipped_or_repeated_hour_is_null_and_settled(
        self, name: str, skipped: str, repeated: str
    ) -> None:
        clock = SiteClock.from_name(name, configured=False)
        assert clock.utc(at(skipped)) is None
        assert clock.utc(at(repeated)) is None
        assert clock.is_settled([at(skipped), at(repeated)])

    @pytest.mark.parametrize("feed", ["2015-10-25 00:30:17", "2015-10-25 01:30:44"])
    def test_a_feed_settles_a_repeated_hour(self, feed: str) -> None:
        clock = SiteClock.from_name(AMSTERDAM, configured=False)
        assert clock.utc(at("2015-10-25 02:30"), utc(feed)) == (utc(feed), "feed")

    def test_a_feed_adds_the_seconds(self) -> None:
        clock = SiteClock.from_name(AMSTERDAM, configured=False)
        feed = at("2016-10-13T18:20:31+02:00")
        assert clock.utc(at("2016-10-13 18:20"), feed) == (utc("2016-10-13 16:20:31"), "feed")

    def test_the_zone_wins_over_a_feed_that_contradicts_it(self) -> None:
        clock = SiteClock.from_name(AMSTERDAM, configured=False)
        assert clock.utc(at("2016-10-13 18:20"), utc("2016-10-13 18:20:31")) == (
            utc("2016-10-13 16:20"),
            "zone",
        )

    def test_a_feed_time_that_wordpress_moved_out_of_the_skipped_hour(self) -> None:
        clock = SiteClock.from_name(AMSTERDAM, configured=False)
        # Posted at 02:09:45 UTC; read as Amsterdam's own clock that hour does not exist, and the feed says 03:09:45.
        assert fed(utc("2015-03-29 02:09:45"), AMSTERDAM) == utc("2015-03-29 03:09:45")
        assert clock.utc(at("2015-03-29 04:09"), utc("2015-03-29 03:09:45")) == (
            utc("2015-03-29 02:09"),
            "zone",
        )

    @pytest.mark.parametrize("local", ["1950-01-01 00:00", "2040-01-01 00:00", "9999-12-31 23:59"])
    def test_years_whose_rules_nobody_knows_are_null(self, local: str) -> None:
        assert SiteClock.from_name(AMSTERDAM, configured=False).utc(at(local)) is None


class TestInference:
    def test_nothing_known(self) -> None:
        clock = infer(())
        assert clock.utc(at("2016-10-13 18:20")) is None
        assert clock.utc(at("2016-10-13 18:20"), utc("2016-10-13 16:20:31")) == (
            utc("2016-10-13 16:20:31"),
            "feed",
        )
        assert clock.is_settled(())
        assert not clock.is_settled([at("2016-10-13 18:20")])
        assert clock.names == ()

    def test_one_pair_tells_its_own_day_and_not_the_other_season(self) -> None:
        clock = infer([pair("2016-01-13 17:20:05", "2016-01-13 18:20")])
        assert clock.utc(at("2016-01-13 18:20")) == (utc("2016-01-13 17:20"), "zone")
        assert clock.utc(at("2016-07-13 18:20")) is None
        assert clock.is_settled([at("2016-01-13 09:00")])
        assert not clock.is_settled([at("2016-07-13 09:00")])

    def test_summer_and_winter_of_amsterdam(self) -> None:
        clock = infer(
            pairs_of(
                AMSTERDAM,
                "2016-01-13 17:20:05",
                "2016-07-13 17:20:05",
                "2016-03-28 10:00",
                "2016-10-29 10:00",
            )
        )
        assert clock.utc(at("2019-08-01 12:00")) == (utc("2019-08-01 10:00"), "zone")
        assert "Europe/Amsterdam" in clock.names[0]
        assert "+01:00" not in clock.names[0]
        assert "Europe/London" not in clock.names[0]

    def test_a_zone_of_its_own(self) -> None:
        clock = infer(pairs_of(LORD_HOWE, "2016-01-13 17:20:05", "2016-07-13 17:20:05"))
        assert clock.names == ((LORD_HOWE,),)

    def test_a_zone_that_never_changes(self) -> None:
        clock = infer(pairs_of(KOLKATA, "2016-01-13 17:20:05", "2016-07-13 17:20:05"))
        assert clock.utc(at("2020-03-29 02:30")) == (utc("2020-03-28 21:00"), "zone")

    def test_feed_times_that_wordpress_moved_do_not_disturb(self) -> None:
        pairs = pairs_of(
            AMSTERDAM,
            "2015-03-28 12:00",
            "2015-03-29 02:09:45",
            "2015-03-29 12:00",
            "2020-03-29 02:59",
        )
        assert pairs[1].utc - timedelta(hours=1) == utc("2015-03-29 02:09:45")
        clock = infer(pairs)
        assert len(clock.periods) == 1
        assert clock.utc(pairs[1].local, pairs[1].utc) == (utc("2015-03-29 02:09"), "zone")
        assert clock.utc(pairs[3].local, pairs[3].utc) == (utc("2020-03-29 02:59"), "zone")

    def test_half_an_hour_is_moved_too(self) -> None:
        moved = pairs_of(LORD_HOWE, "2015-10-04 02:10:00")
        assert moved[0].utc == utc("2015-10-04 02:40:00")
        clock = infer([*pairs_of(LORD_HOWE, "2016-01-13 17:20:05", "2016-07-13 17:20:05"), *moved])
        assert clock.names == ((LORD_HOWE,),)
        assert clock.utc(moved[0].local, moved[0].utc) == (utc("2015-10-04 02:10"), "zone")

    @pytest.mark.parametrize(
        "absurd",
        [
            pair("2016-05-01 10:00", "2016-05-01 12:07"),
            pair("2016-05-01 10:00", "2016-05-03 12:00"),
            pair("2016-05-01 10:00", "2016-04-30 21:00"),
        ],
    )
    def test_a_pair_that_no_clock_explains_is_set_aside(self, absurd: Pair) -> None:
        good = pairs_of(
            AMSTERDAM, "2016-01-13 17:20:05", "2016-04-13 17:20:05", "2016-07-13 17:20:05"
        )
        clock = infer([*good, absurd])
        assert clock.ignored == (absurd,)
        assert len(clock.periods) == 1
        assert clock.utc(absurd.local, absurd.utc) == (
            absurd.local.replace(tzinfo=UTC) - timedelta(hours=2),
            "zone",
        )

    def test_only_absurd_pairs_tell_nothing(self) -> None:
        clock = infer([pair("2016-05-01 10:00", "2016-05-01 12:07")])
        assert clock.periods == ()

    def test_a_site_that_changed_its_clock(self) -> None:
        # Seen on a real site: UTC at first, then an hour ahead in summer and winter, then real Central European Time.
        first = pairs_of("UTC", "2011-01-10 12:00", "2011-04-10 12:00", "2011-06-30 12:00")
        second = pairs_of(
            "Etc/GMT-1",
            "2011-07-10 12:00",
            "2012-01-10 12:00",
            "2012-07-10 12:00",
            "2014-08-01 12:00",
        )
        third = pairs_of(
            AMSTERDAM,
            "2014-09-01 12:00",
            "2015-01-10 12:00",
            "2015-07-10 12:00",
            "2016-01-10 12:00",
        )
        clock = infer([*third, *first, *second])
        assert len(clock.names) == 3
        assert clock.utc(at("2011-05-01 12:00")) == (utc("2011-05-01 12:00"), "zone")
        assert clock.utc(at("2013-07-01 12:00")) == (utc("2013-07-01 11:00"), "zone")
        assert clock.utc(at("2015-08-01 12:00")) == (utc("2015-08-01 10:00"), "zone")
        # Between two periods the neighbours differ: only a feed can tell.
        assert clock.utc(at("2014-08-20 12:00")) is None
        assert clock.utc(at("2014-08-20 12:00"), utc("2014-08-20 10:00:09")) == (
            utc("2014-08-20 10:00:09"),
            "feed",
        )
        assert not clock.is_settled([at("2014-08-20 12:00")])
        # Before the first and after the last there is one neighbour.
        assert clock.utc(at("2010-05-01 12:00")) == (utc("2010-05-01 12:00"), "zone")
        assert clock.utc(at("2017-01-10 12:00")) == (utc("2017-01-10 11:00"), "zone")

    def test_pairs_that_fit_both_neighbours_decide_nothing(self) -> None:
        # An hour ahead all year, then Central European Time since some day between August and July.
        pairs = pairs_of("Etc/GMT-1", "2013-07-10 12:00", "2013-08-10 12:00")
        pairs += pairs_of(AMSTERDAM, "2014-01-10 12:00", "2014-02-10 12:00")
        pairs += pairs_of(AMSTERDAM, "2014-07-10 12:00", "2015-01-10 12:00")
        clock = infer(pairs)
        assert len(clock.names) == 2
        assert clock.utc(at("2014-01-20 12:00")) == (utc("2014-01-20 11:00"), "zone")
        assert clock.utc(at("2014-02-20 12:00")) == (utc("2014-02-20 11:00"), "zone")
        assert clock.utc(at("2013-09-10 12:00")) is None
        assert clock.utc(at("2014-04-10 12:00")) is None

    def test_a_lone_contradiction_does_not_split_the_clock(self) -> None:
        good = pairs_of(
            AMSTERDAM,
            "2015-07-01 12:00",
            "2015-07-15 12:00",
            "2016-01-05 12:00",
            "2016-01-20 12:00",
        )
        imported = pair("2015-09-01 12:00", "2015-09-01 12:00")
        clock = infer([*good, imported])
        assert [len(period) for period in clock.names] == [
            len(clock.names[2]),
            len(clock.names[1]),
            len(clock.names[0]),
        ]
        assert clock.utc(at("2015-02-01 12:00")) == (utc("2015-02-01 11:00"), "zone")
        assert clock.utc(at("2016-07-01 12:00")) == (utc("2016-07-01 10:00"), "zone")
        assert clock.utc(imported.local, imported.utc) == (imported.utc, "feed")
        assert clock.utc(at("2015-08-31 12:00")) is None

    def test_a_feed_that_two_clocks_explain_differently_is_null(self) -> None:
        clock = infer([pair("2015-01-01 11:00", "2015-01-01 12:00")])
        # True in a zone an hour ahead; and in Amsterdam, two hours ahead, as 02:30 that the feed moved to 03:30.
        assert clock.utc(at("2015-03-29 04:30"), utc("2015-03-29 03:30")) is None

    def test_order_of_the_pairs_does_not_matter(self) -> None:
        pairs = [
            *pairs_of("UTC", "2011-01-10 12:00", "2011-06-10 12:00"),
            *pairs_of(AMSTERDAM, "2012-01-10 12:00", "2012-07-10 12:00"),
        ]
        clock = infer(pairs)
        for seed in range(5):
            shuffled = random.Random(seed).sample([*pairs, *pairs], len(pairs) * 2)
            assert infer(shuffled) == clock

    @settings(max_examples=60)
    @given(
        st.sampled_from(SITE_ZONES),
        st.lists(instants, min_size=1, max_size=40),
        st.integers(1, 12),
    )
    def test_never_a_wrong_time(self, name: str, posts: list[datetime], in_feeds: int) -> None:
        feeds = {post: fed(post, name) for post in posts[:in_feeds]}
        clock = infer(Pair(utc=feed, local=shown(post, name)) for post, feed in feeds.items())
        for post in posts:
            found = clock.utc(shown(post, name), feeds.get(post))
            assert found is None or found[0] in (post, post.replace(second=0, microsecond=0))

    @settings(max_examples=60)
    @given(st.lists(st.tuples(by_day, st.sampled_from(SITE_ZONES)), min_size=1, max_size=40))
    def test_never_a_wrong_time_however_often_the_clock_changed(
        self, posts: list[tuple[datetime, str]]
    ) -> None:
        names = {post.replace(second=0, microsecond=0): name for post, name in posts}
        pairs = [Pair(utc=post, local=shown(post, name)) for post, name in names.items()]
        clock = infer(pairs)
        for each in pairs:
            found = clock.utc(each.local)
            is_single = sum(other.local == each.local for other in pairs) == 1
            assert found is None or found[0] == each.utc or not is_single
            assert clock.utc(each.local, each.utc) == (each.utc, "feed")


class TestQuestions:
    def test_asks_what_tells_the_clocks_apart(self) -> None:
        clock = infer(pairs_of(AMSTERDAM, "2016-01-13 17:20"))
        options = {
            "winter": [at("2016-01-20 12:00")],
            "summer": [at("2016-01-21 12:00"), at("2016-07-13 12:00")],
        }
        assert best_question(clock, options, [at("2017-07-01 12:00")]) == "summer"

    def test_asks_nothing_that_tells_nothing(self) -> None:
        clock = infer(pairs_of(AMSTERDAM, "2016-01-13 17:20"))
        assert (
            best_question(clock, {"winter": [at("2016-01-20 12:00")]}, [at("2017-07-01 12:00")])
            is None
        )
        assert best_question(clock, {}, [at("2017-07-01 12:00")]) is None

    def test_asks_nothing_when_all_is_settled(self) -> None:
        clock = infer(pairs_of(AMSTERDAM, "2016-01-13 17:20"))
        assert (
            best_question(clock, {"summer": [at("2016-07-13 12:00")]}, [at("2016-01-01 12:00")])
            is None
        )
        assert best_question(clock, {"summer": [at("2016-07-13 12:00")]}, []) is None
        stated = SiteClock.from_name(AMSTERDAM, configured=False)
        assert (
            best_question(stated, {"summer": [at("2016-07-13 12:00")]}, [at("2016-10-30 02:30")])
            is None
        )

    def test_asks_anything_to_begin_with_and_the_first_of_equals(self) -> None:
        options = {"b": [at("2016-07-13 12:00")], "a": [at("2016-07-13 12:00")], "empty": []}
        assert best_question(infer(()), options, [at("2016-07-13 12:00")]) == "b"

    def test_halves_the_time_in_which_the_clock_changed(self) -> None:
        clock = infer(
            [
                *pairs_of("UTC", "2011-01-10 12:00", "2011-07-10 12:00"),
                *pairs_of(KOLKATA, "2013-01-10 12:00", "2013-07-10 12:00"),
            ]
        )
        wanted = [at(f"2012-{month:02}-01 12:00") for month in range(1, 11)]
        options = {month: [at(f"2012-{month:02}-01 12:00")] for month in (1, 5, 9)}
        assert best_question(clock, options, wanted) == 5
        assert best_question(clock, {"elsewhere": [at("2015-01-01 12:00")]}, wanted) is None

    @settings(max_examples=8)
    @given(st.sampled_from(SITE_ZONES), st.integers(0, 2**32))
    def test_few_feeds_settle_a_site(self, name: str, seed: int) -> None:
        source = random.Random(seed)
        topics = {
            topic: [
                utc("2009-01-01") + timedelta(minutes=source.randrange(15 * 525_600))
                for _ in range(10)
            ]
            for topic in range(60)
        }
        options = {topic: [shown(post, name) for post in posts] for topic, posts in topics.items()}
        wanted = [local for times in options.values() for local in times]
        pairs: list[Pair] = []
        clock = infer(pairs)
        asked = 0
        while (topic := best_question(clock, options, wanted)) is not None:
            asked += 1
            del options[topic]
            pairs += [Pair(utc=fed(post, name), local=shown(post, name)) for post in topics[topic]]
            clock = infer(pairs)
        assert asked <= 6
        assert sum(clock.agrees_on(local) for local in wanted) / len(wanted) > 0.98

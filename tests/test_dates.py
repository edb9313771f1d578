"""Displayed dates: expectations written by hand in many languages, and a round trip through every known format."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parsers.dates import DateReader, read_attribute, read_relative
from parsers.dates.formats import JOINERS, NAMED_DATES, NUMERIC_DATES, TIMES, family, order_of
from parsers.dates.lexicon import Lexicon
from parsers.dates.php_format import Fields, Matcher, escape, parse
from parsers.dates.relative import page_made_at
from parsers.dates.text import fold
from parsers.locale import DateWords

if TYPE_CHECKING:
    from collections.abc import Sequence

ENGLISH = DateWords()  # English needs no table
DUTCH = DateWords(
    joiners=("%1$s om %2$s",),
    date_formats=("j F Y",),
    time_formats=("H:i",),
    months=(
        ("januari",), ("februari",), ("maart",), ("april",), ("mei",), ("juni",), ("juli",), ("augustus",), ("september",),
        ("oktober",), ("november",), ("december",),
    ),
    months_short=(
        ("jan",), ("feb",), ("mrt",), ("apr",), ("mei",), ("jun",), ("jul",), ("aug",), ("sep",), ("okt",), ("nov",), ("dec",),
    ),
    weekdays=(("zondag",), ("maandag",), ("dinsdag",), ("woensdag",), ("donderdag",), ("vrijdag",), ("zaterdag",)),
    ago=("%s geleden",),
    now=("zojuist",),
    units={
        "year": ("jaar", "jaren"), "month": ("maand", "maanden"), "week": ("week", "weken"), "day": ("dag", "dagen"),
        "hour": ("uur", "uren"), "minute": ("minuut", "minuten"), "second": ("seconde", "seconden"),
    },
)  # fmt: skip
GERMAN = DateWords(
    joiners=("%1$s um %2$s Uhr", "%1$s um %2$s"),
    date_formats=("j. F Y",),
    time_formats=("G:i",),
    months=((), (), ("März",), (), ("Mai",), (), (), (), (), ("Oktober",), (), ("Dezember",)),
    weekdays=(("Sonntag",), ("Montag",), (), (), (), (), ("Samstag",)),
    ago=("vor %s",),
    units={"year": ("Jahr", "Jahre"), "month": ("&nbsp;Monat", "&nbsp;Monaten")},
)
FRENCH = DateWords(
    joiners=("%1$s à %2$s",), months=((), ("février",), (), (), (), (), (), ("août",))
)
SPANISH = DateWords(
    joiners=("%1$s a las %2$s",), months=((), (), ("marzo",)), am=("am",), pm=("pm",)
)
CATALAN = DateWords(
    joiners=("%1$s a les %2$s",),
    date_formats=(r"j \d\e F \d\e Y",),
    months=((), (), ("març",), ("abril",)),
)
RUSSIAN = DateWords(
    joiners=("%1$s в %2$s",),
    months=((), (), ("Март", "марта"), (), ("Май", "мая")),
    am=("дп",),
    pm=("пп",),
)
POLISH = DateWords(joiners=("%1$s o %2$s",), months=(*[()] * 10, ("listopad", "listopada")))
GREEK = DateWords(
    joiners=("%1$s στις %2$s",),
    months=((), (), ("Μάρτιος", "Μαρτίου")),
    am=("πμ", "ΠΜ"),
    pm=("μμ", "ΜΜ"),
)
HEBREW = DateWords(joiners=("%1$s בשעה %2$s",), date_formats=("j בF Y",), months=(("ינואר",),))
ARABIC = DateWords(
    joiners=("%1$s الساعة %2$s",),
    date_formats=("j F، Y",),
    months=((), (), ("مارس",)),
    am=("ص",),
    pm=("م", "مساءً"),
)
PERSIAN = DateWords(
    joiners=("%1$s در %2$s",), months=((), (), ("مارس",)), am=("ق.ظ",), pm=("ب.ظ",)
)
HINDI = DateWords(months=((), (), ("मार्च",)))
THAI = DateWords(
    joiners=("%1$s เวลา %2$s",),
    time_formats=("G:i น.",),
    months=((), (), ("มีนาคม",)),
    months_short=((), (), ("มี.ค.",)),
)
JAPANESE = DateWords(
    joiners=("%2$s にて %1$s",),
    date_formats=("Y年n月j日",),
    months=(("1月",), *[()] * 9, ("11月",)),
    weekdays=(*[()] * 5, ("金曜日",)),
    am=("AM",),
    pm=("PM",),
)
CHINESE = DateWords(
    joiners=("%1$s %2$s",),
    date_formats=("Y 年 n 月 j 日",),
    time_formats=("a g:i",),
    months=(("1 月",),),
    am=("上午",),
    pm=("下午",),
)
KOREAN = DateWords(
    joiners=("%1$s %2$s",),
    date_formats=("Y년 F j일",),
    months=((), (), ("3월",)),
    am=("오전",),
    pm=("오후",),
)
VIETNAMESE = DateWords(
    joiners=("%1$s vào lúc %2$s",),
    months=(*[()] * 9, ("Tháng Mười",), ("Tháng Mười Một",)),
    am=("sáng",),
    pm=("chiều",),
)
FINNISH = DateWords(joiners=("%1$s, %2$s",), months=(("tammikuu",),))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read(
    text: str, words: DateWords | None = None, language: str | None = None
) -> datetime | None:
    return DateReader.learn([text], words=words, language=language).read(text)


class TestDisplayedDates:
    @pytest.mark.parametrize(
        ("text", "words", "expected"),
        [
            ("October 13, 2016 at 6:20 pm", None, "2016-10-13 18:20"),
            ("October\u00a013, 2016 at 12:05\u202fAM", None, "2016-10-13 00:05"),
            ("OCTOBER 13, 2016 AT 12:05 PM", None, "2016-10-13 12:05"),
            ("Thursday, October 13th, 2016 at 6:20 p.m.", None, "2016-10-13 18:20"),
            ("13th of October 2016, 18:20:31", None, "2016-10-13 18:20:31"),
            ("Thu, 13 Oct 2016 18:20:31", None, "2016-10-13 18:20:31"),
            ("11 September 2020 at 11 h 20 min", None, "2020-09-11 11:20"),
            ("2016-10-13T18:20", None, "2016-10-13 18:20"),
            ("October 13, 2016 at 18:20 pm", None, "2016-10-13 18:20"),
            ("October 13, 2016 at 0:20 am", None, "2016-10-13 00:20"),
            ("2016/10/13 - 18.20", None, "2016-10-13 18:20"),
            ("18:20 on October 13, 2016", None, "2016-10-13 18:20"),
            ("2020.12.05.-09:01", None, "2020-12-05 09:01"),
            ("– 2020. 12. 05. 09:01 –", None, "2020-12-05 09:01"),
            ("2016. oct. 13., 18h20m", None, "2016-10-13 18:20"),
            ("On October 13, 2016 at 6:20 pm", None, "2016-10-13 18:20"),
            ("le 13 août 2016 à 18h20", FRENCH, "2016-08-13 18:20"),
            ("13 août 2016 &agrave; 18h20", FRENCH, "2016-08-13 18:20"),
            ("op 13 oktober 2016 om 18:20", DUTCH, "2016-10-13 18:20"),
            ("January 1, 1970 at 12:00 am", None, "1970-01-01 00:00"),
            ("December 31, 1969 at 7:00 pm", None, "1969-12-31 19:00"),
            ("1 januari 2009 om 01:00", DUTCH, "2009-01-01 01:00"),
            ("1 mrt. 2009 om 01:00", DUTCH, "2009-03-01 01:00"),
            ("donderdag 13 oktober 2016 om 18:20", DUTCH, "2016-10-13 18:20"),
            ("do 13 oktober 2016 om 18:20", DUTCH, "2016-10-13 18:20"),
            ("13 October 2016 at 18:20", DUTCH, "2016-10-13 18:20"),
            ("13 oktober 2016 at 6:20 pm", DUTCH, "2016-10-13 18:20"),
            ("20. Dezember 2014 um 14:43 Uhr", GERMAN, "2014-12-20 14:43"),
            ("1. März 2014 um 9:05", GERMAN, "2014-03-01 09:05"),
            ("24.12.2014, 14:43", GERMAN, "2014-12-24 14:43"),
            ("13 août 2016 à 6 h 20 min", FRENCH, "2016-08-13 06:20"),
            ("13 août 2016 à 18h20", FRENCH, "2016-08-13 18:20"),
            ("8 de marzo de 2016 a las 18:20", SPANISH, "2016-03-08 18:20"),
            ("8 marzo, 2016 a las 6:20 p. m.", SPANISH, "2016-03-08 18:20"),
            ("4 d’abril de 2016 a les 18:20", CATALAN, "2016-04-04 18:20"),
            ("4 de març de 2016 a les 18:20", CATALAN, "2016-03-04 18:20"),
            ("8 марта 2016 в 18:20", RUSSIAN, "2016-03-08 18:20"),
            ("8 мая 2016 в 6:20 пп", RUSSIAN, "2016-05-08 18:20"),
            ("11 listopada 2016 o 18:20", POLISH, "2016-11-11 18:20"),
            ("8 Μαρτίου 2016 στις 6:20 ΜΜ", GREEK, "2016-03-08 18:20"),
            ("13 בינואר 2016 בשעה 18:20", HEBREW, "2016-01-13 18:20"),
            ("٨ مارس، ٢٠١٦ الساعة ٦:٢٠ م", ARABIC, "2016-03-08 18:20"),
            ("\u200f8 مارس، 2016 الساعة 6:20 ص\u200e", ARABIC, "2016-03-08 06:20"),
            ("مارس ۸, ۲۰۱۶ در ۶:۲۰ ب.ظ", PERSIAN, "2016-03-08 18:20"),
            ("८ मार्च २०१६ 18:20", HINDI, "2016-03-08 18:20"),
            ("8 มีนาคม 2016 เวลา 18:20 น.", THAI, "2016-03-08 18:20"),
            ("๘ มี.ค. ๒๐๑๖ เวลา ๑๘:๒๐ น.", THAI, "2016-03-08 18:20"),
            ("6:20 PM にて 2016年11月8日", JAPANESE, "2016-11-08 18:20"),
            ("2016年1月8日(金) 18時20分", JAPANESE, "2016-01-08 18:20"),
            ("２０１６年１１月８日　１８：２０", JAPANESE, "2016-11-08 18:20"),
            ("2016 年 1 月 8 日下午 6:20", CHINESE, "2016-01-08 18:20"),
            ("2016年1月8日 上午6:20", CHINESE, "2016-01-08 06:20"),
            ("2016년 3월 8일 6:20 오후", KOREAN, "2016-03-08 18:20"),
            ("8 Tháng Mười Một, 2016 vào lúc 6:20 chiều", VIETNAMESE, "2016-11-08 18:20"),
            ("8 Tháng Mười, 2016 vào lúc 6:20 sáng", VIETNAMESE, "2016-10-08 06:20"),
            ("13. tammikuuta 2016, 18:20", FINNISH, "2016-01-13 18:20"),
        ],
    )
    def test_reads(self, text: str, words: DateWords | None, expected: str) -> None:
        assert read(text, words) == at(expected)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "   ",
            "sometime",
            "3 years, 2 months ago",
            "yesterday at 5:30 pm",
            "Jul 14 at 16:51",
            "14/07 16:51",
            "14 Jul 16:51:07",
            "October 13, 2016",
            "13/10/2016",
            "October 2016 at 18:20",
            "2016 at 18:20",
            "6:20 pm",
            "31 February 2016 at 18:20",
            "October 13, 2016 at 25:20",
            "October 13, 2016 at 13:20 am",
            "October 13, 2016 at 24:20 pm",
            "October 13, 2016 at 0:20 pm",
            "November 30, -0001 at 12:00 am",
            "0000-00-00 00:00",
            "December 31, 9999 at 11:59 pm",
            "1399/09/15 10:20",
            "March 5, 2563 at 10:20",
            "October 13, 2016 at 6:20 pm by Alice",
            "9" * 5000 + " 2016-10-13 18:20",
        ],
    )
    def test_is_null(self, text: str) -> None:
        assert read(text) is None

    def test_buddhist_years_on_thai_pages(self) -> None:
        assert read("8 มีนาคม 2559 เวลา 18:20 น.", THAI, "th") == at("2016-03-08 18:20")
        assert read("8 มีนาคม 2016 เวลา 18:20 น.", THAI, "th-TH") == at("2016-03-08 18:20")
        assert read("8 มีนาคม 1016 เวลา 18:20 น.", THAI, "th") is None

    def test_a_table_with_errors_or_holes(self) -> None:
        words = DateWords(
            joiners=("%1$s", "no places", "%1$s en %1$s"),
            date_formats=("", "U", "j F Y"),
            time_formats=("B", ""),
            months=(("enero", "mes"), ("febrero", "mes")),
            am=("", "x"),
            pm=("", "x"),
        )
        assert read("8 enero 2016 at 6:20 pm", words) == at("2016-01-08 18:20")
        assert read("8 mes 2016 at 6:20 pm", words) is None
        assert read("8 enero 2016 at 6:20 x", words) is None

    def test_formats_are_those_seen_commonest_first(self) -> None:
        texts = [
            "1 januari 2009 om 01:00",
            "October 13, 2016 at 6:20 pm",
            "2 mei 2009 om 01:00",
            "3 years ago",
        ]
        reader = DateReader.learn(texts, words=DUTCH)
        assert reader.formats == (r"j F Y \o\m H:i", r"F j, Y \a\t g:i a")
        assert reader.read("31 december 2020 om 23:59") == at("2020-12-31 23:59")

    def test_reads_formats_it_has_not_seen(self) -> None:
        reader = DateReader.learn([], words=DUTCH)
        assert reader.formats == ()
        assert reader.read("31 december 2020 om 23:59") == at("2020-12-31 23:59")
        assert reader.read("31 december 2020 om 23:59") == at("2020-12-31 23:59")

    def test_a_word_of_the_language_goes_before_english(self) -> None:
        words = DateWords(months=((), (), (), (), (), (), (), (), ("mar",)))
        assert read("5 mar 2016 at 18:20", words) == at("2016-09-05 18:20")


def learn_topics(*topics: list[str]) -> DateReader:
    """Learn from topics whose posts displayed these dates, by number."""
    texts = [text for topic in topics for text in topic]
    successions = [pair for topic in topics for pair in pairwise(topic)]
    return DateReader.learn(texts, words=None, successions=successions)


class TestOrder:
    def test_a_value_above_twelve_anywhere_settles_it(self) -> None:
        texts = ["05/06/2020 10:00", "13/06/2020 10:00"]
        reader = DateReader.learn(texts, words=None)
        assert reader.read("05/06/2020 10:00") == at("2020-06-05 10:00")
        assert reader.formats == ("d/m/Y H:i",)
        assert not reader.is_ambiguous
        american = DateReader.learn(["05/06/2020 10:00", "06/13/2020 10:00"], words=None)
        assert american.read("05/06/2020 10:00") == at("2020-05-06 10:00")

    def test_an_impossible_date_settles_it(self) -> None:
        reader = DateReader.learn(["05/06/2020 10:00", "02/29/2020 10:00"], words=None)
        assert reader.read("05/06/2020 10:00") == at("2020-05-06 10:00")

    def test_the_language_does_not(self) -> None:
        assert read("05/06/2020 om 10:00", DUTCH, "nl") is None
        assert read("05/06/2020 at 10:00 am", DateWords(date_formats=("m/d/Y",)), "en-US") is None

    def test_nothing_settles_it(self) -> None:
        reader = DateReader.learn(["05/06/2020 10:00", "07/08/2020 10:00"], words=None)
        assert reader.is_ambiguous
        assert reader.read("05/06/2020 10:00") is None
        assert reader.read("05/05/2020 10:00") == at("2020-05-05 10:00")
        assert reader.read("13/01/2020 10:00") == at("2020-01-13 10:00")
        assert set(reader.formats) == {"d/m/Y H:i", "m/d/Y H:i"}

    def test_texts_that_contradict_each_other_settle_nothing(self) -> None:
        reader = DateReader.learn(
            ["13/06/2020 10:00", "06/13/2020 10:00", "05/06/2020 10:00"], words=None
        )
        assert reader.read("13/06/2020 10:00") == at("2020-06-13 10:00")
        assert reader.read("06/13/2020 10:00") == at("2020-06-13 10:00")
        assert reader.read("05/06/2020 10:00") is None

    def test_a_true_time_settles_it(self) -> None:
        texts = ["05/06/2020 10:00", "07/08/2020 10:00"]
        reader = DateReader.learn(
            texts, words=None, pairs={"07/08/2020 10:00": utc("2020-08-06 20:00")}
        )
        assert reader.read("05/06/2020 10:00") == at("2020-06-05 10:00")
        absurd = DateReader.learn(
            texts, words=None, pairs={"07/08/2020 10:00": utc("2015-08-06 20:00")}
        )
        assert absurd.is_ambiguous

    def test_no_post_is_younger_than_its_page(self) -> None:
        texts = ["05/06/2020 10:00", "07/08/2020 10:00"]
        reader = DateReader.learn(texts, words=None, not_after=utc("2020-07-20"))
        assert reader.read("05/06/2020 10:00") == at("2020-05-06 10:00")
        wrong = DateReader.learn(texts, words=None, not_after=utc("2000-01-01"))
        assert wrong.is_ambiguous

    def test_posts_that_follow_one_another_settle_it(self) -> None:
        topic = ["05/06/2020 10:00", "06/06/2020 9:00", "08/06/2020 23:10", "01/07/2020 7:00"]
        topic += ["02/08/2020 10:00", "01/09/2020 10:00"]
        assert learn_topics(topic).is_ambiguous
        topic += ["12/09/2020 10:00", "01/10/2020 10:00"]
        reader = learn_topics(topic)
        assert not reader.is_ambiguous
        assert reader.read("05/06/2020 10:00") == at("2020-06-05 10:00")
        assert reader.formats == ("d/m/Y H:i",)

    def test_one_post_out_of_order_settles_nothing(self) -> None:
        reader = learn_topics(["05/06/2020 10:00", "06/05/2020 10:00", "07/05/2020 10:00"])
        assert reader.is_ambiguous
        assert reader.read("05/06/2020 10:00") is None

    def test_topics_that_contradict_each_other_settle_nothing(self) -> None:
        forwards = ["01/02/2020 10:00", "05/02/2020 10:00", "02/03/2020 10:00", "01/04/2020 10:00"]
        forwards += ["09/04/2020 10:00", "03/05/2020 10:00"]
        assert not learn_topics(forwards).is_ambiguous
        assert learn_topics(forwards, forwards[::-1]).is_ambiguous

    def test_what_is_settled_does_not_ask_for_the_order_of_posts(self) -> None:
        texts = ["05/06/2020 10:00", "13/06/2020 10:00"]
        unread = iter([("05/06/2020 10:00", "06/05/2020 10:00")])
        reader = DateReader.learn(texts, words=None, successions=unread)
        assert reader.read("05/06/2020 10:00") == at("2020-06-05 10:00")
        assert list(unread), "a date above twelve has settled it"

    def test_the_site_has_one_order(self) -> None:
        reader = DateReader.learn(["13/06/2020 10:00", "05-06-2020 10:00"], words=None)
        assert reader.read("05-06-2020 10:00") == at("2020-06-05 10:00")
        assert reader.read("05.06.2020 10:00") == at("2020-06-05 10:00")
        both = DateReader.learn(["13/06/2020 10:00", "06-13-2020 10:00"], words=None)
        assert both.read("05.06.2020 10:00") is None

    def test_short_years(self) -> None:
        assert read("05/06/07 10:00") is None
        assert read("13/06/98 10:00") == at("1998-06-13 10:00")
        assert read("05/05/05 10:00") == at("2005-05-05 10:00")
        texts = ["13/06/20 10:00", "31/01/19 10:00", "05/06/21 10:00"]
        assert DateReader.learn(texts, words=None).read("05/06/21 10:00") is None  # 2005-06-21?
        reader = DateReader.learn(texts, words=None, not_after=utc("2026-01-01"))
        assert reader.read("05/06/21 10:00") == at("2021-06-05 10:00")

    def test_short_years_beside_a_month_name(self) -> None:
        assert read("13 Jun 98 10:00") == at("1998-06-13 10:00")
        assert read("13 Jun 20 10:00") is None
        assert read("Jun 13, 20 10:00") == at("2020-06-13 10:00")
        reader = DateReader.learn(
            ["13 Jun 20 10:00", "31 Jan 19 10:00"], words=None, not_after=utc("2026-01-01")
        )
        assert reader.read("13 Jun 20 10:00") == at("2020-06-13 10:00")

    def test_what_a_format_says_itself_is_not_ambiguous(self) -> None:
        assert family("Y年n月j日") == ("Y年n月j日",)
        assert family("Y-m-d") == ("Y-m-d",)
        assert family("j. n. Y") == ("j. n. Y", "n. j. Y")
        assert family("F j, Y") == ("F j, Y",)
        assert family("d/m/y") == ("d/m/y", "m/d/y", "y/m/d")
        assert (order_of("j. n. Y"), order_of("n/j/y"), order_of("Y-m-d"), order_of("j F Y")) == (
            "DMY",
            "MDY",
            "YMD",
            None,
        )


class TestFallback:
    """What no known format explains goes to dateparser, on a short leash."""

    @pytest.mark.parametrize(
        ("text", "language", "expected"),
        [
            ("le 13 mars 2016 à 10 h 20 min", "fr-FR", "2016-03-13 10:20"),
            ("13 mars 2016 à 10:20", "fr", "2016-03-13 10:20"),
            ("10:20 PM ~ Oct 13, 2016", None, "2016-10-13 22:20"),
            ("1 januari 2009 om 01:00", "nl_NL", "2009-01-01 01:00"),
            ("20. Dezember 2014 um 14:43", "de", "2014-12-20 14:43"),
        ],
    )
    def test_reads(self, text: str, language: str | None, expected: str) -> None:
        assert read(text, None, language) == at(expected)

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("20. Dezember 2014 um 14:43", "en"),  # not the page's language
            ("20. Dezember 2014 um 14:43", "xx"),  # no language
            ("Posted 13 Oct 2016 10:20 by Bob", "en"),
            ("~ Oct 13, 2016", "en"),
            ("~ Oct 13 at 10:20", "en"),
            ("~ Oct 13, 2016 10:20 EST", "en"),
            ("~ Oct 13, 2016 noon", "en"),
            ("~ Oct 13, 2016 0:20 pm", "en"),
            ("~ Oct 13, 2016 10:20 ~ 7", "en"),
            ("~ 01/02/2020 10:20", "en"),
            ("2016. oct. 13., 18h20m ~", "ca"),  # no 20 October at 13:18
            ("~ 13 Oct 3016 10:20", "en"),
            ("in 3 days 2016", "en"),
        ],
    )
    def test_is_null(self, text: str, language: str) -> None:
        assert read(text, None, language) is None

    def test_obeys_the_site_s_order(self) -> None:
        reader = DateReader.learn(["13/06/2020 10:00"], words=None)
        assert reader.read("~ 01/02/2020 10:20") == at("2020-02-01 10:20")
        years_first = DateReader.learn(["98/06/13 10:00"], words=None)
        assert years_first.read("~ 01/02/2020 10:20") is None

    def test_does_not_know_the_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TZ", "Pacific/Auckland")
        monkeypatch.setenv("LANG", "de_DE.UTF-8")
        time.tzset()
        try:
            assert read("10:20 PM ~ Oct 13, 2016") == at("2016-10-13 22:20")
        finally:
            monkeypatch.undo()
            time.tzset()

    @settings(max_examples=40)
    @given(st.text(max_size=40))
    @example("2016 1/2/3 10:20:30")
    @example("١٣/٠١/٢٠٢٠")
    @example("2020" * 20)
    def test_never_fails(self, text: str) -> None:
        found = read(text, DUTCH, "nl")
        assert found is None or 1900 <= found.year <= 2100


class TestPhpFormats:
    @pytest.mark.parametrize(
        ("php_format", "text", "expected"),
        [
            ("d.m.Y H:i:s", "03.02.2016 04:05:06", Fields(2016, 2, 3, 4, 5, 6)),
            ("j.n.y G:i", "3.2.16 4:05", Fields(2016, 2, 3, 4, 5)),
            ("j.n.y", "3.2.70", Fields(1970, 2, 3)),
            (
                "l, jS F Y, h:i A",
                "Wednesday, 3rd February 2016, 04:05 PM",
                Fields(2016, 2, 3, 16, 5),
            ),
            ("D M d Y g:ia", "Wed Feb 03 2016 12:05am", Fields(2016, 2, 3, 0, 5)),
            (r"j \d\e F \d\e Y", "3 de february de 2016", Fields(2016, 2, 3)),
            ("N w z W t L I o | Y-m-d", "3 3 33 5 29 1 0 2016 | 2016-02-03", Fields(2016, 2, 3)),
            ("Y-m-d H:i:s.u v", "2016-02-03 04:05:06.000007 000", Fields(2016, 2, 3, 4, 5, 6)),
            ("Y-m-d H:i e", "2016-02-03 04:05 Europe/Amsterdam", Fields(2016, 2, 3, 4, 5)),
            (
                "Y-m-d H:i T P O p Z",
                "2016-02-03 04:05 CEST +02:00 +0200 Z 7200",
                Fields(2016, 2, 3, 4, 5),
            ),
            ("c", "2016-02-03T04:05:06+01:00", Fields(2016, 2, 3, 4, 5, 6)),
            ("r", "Wed, 03 Feb 2016 04:05:06 +0100", Fields(2016, 2, 3, 4, 5, 6)),
            ("Y-m-d (Y)", "2016-02-03 (2017)", Fields(2016, 2, 3)),
            ("g:i", "4:05", Fields(minute=5)),
            ("\\\\ Y\\", "\\ 2016", Fields(2016)),
            ("Y", "0000", Fields()),
            ("Y", "16", None),
            ("H:i T", "4:05 hapon", None),
        ],
    )
    def test_fields(self, php_format: str, text: str, expected: Fields | None) -> None:
        assert Matcher(php_format, Lexicon.of(None)).fields(fold(text)) == expected

    @pytest.mark.parametrize("letter", ["U", "B", "x", "X"])
    def test_refuses_what_says_no_local_time(self, letter: str) -> None:
        with pytest.raises(ValueError, match=f"date format with '{letter}'"):
            Matcher(f"Y-m-d {letter}", Lexicon.of(None))


WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


def render(php_format: str, moment: datetime) -> str:
    """What PHP prints, in Dutch."""
    return "".join(
        token.text if token.is_literal else render_letter(token.text, moment)
        for token in parse(php_format)
    )


def render_letter(letter: str, moment: datetime) -> str:
    suffix = (
        {1: "st", 2: "nd", 3: "rd"}.get(moment.day % 10, "th") if moment.day // 10 != 1 else "th"
    )
    half = "am" if moment.hour < 12 else "pm"
    return {
        "d": f"{moment.day:02}", "j": str(moment.day), "m": f"{moment.month:02}", "n": str(moment.month), "S": suffix,
        "F": DUTCH.months[moment.month - 1][0], "M": DUTCH.months_short[moment.month - 1][0], "Y": str(moment.year),
        "y": f"{moment.year % 100:02}", "H": f"{moment.hour:02}", "G": str(moment.hour), "g": str((moment.hour - 1) % 12 + 1),
        "h": f"{(moment.hour - 1) % 12 + 1:02}", "i": f"{moment.minute:02}", "s": f"{moment.second:02}", "a": half,
        "A": half.upper(), "l": WEEKDAYS[moment.weekday()], "D": WEEKDAYS[moment.weekday()][:2], "T": "CET", "P": "+01:00",
    }[letter]  # fmt: skip


def join(joiner: str, date_format: str, time_format: str) -> str:
    """The whole format; the joiner's own words are literal."""
    literal = escape(joiner.replace("%1$s", "\0").replace("%2$s", "\1"))
    return literal.replace("\0", date_format).replace("\1", time_format)


def is_glued(joiner: str, date_format: str, time_format: str) -> bool:
    """Two numbers without anything between them, which nobody can read."""
    return joiner == "%1$s%2$s" and date_format[-1] in "Yyjmd" and time_format[0] in "HGhg"


moments = st.datetimes(min_value=at("1999-01-01"), max_value=at("2025-12-31"))
OTHERS = [
    at("2019-01-31 00:05"),
    at("2022-05-28 12:00"),
    at("2001-12-30 18:20"),
    at("2025-08-13 09:59"),
]


class TestRoundTrip:
    @settings(max_examples=80)
    @given(
        st.sampled_from((*NAMED_DATES, *NUMERIC_DATES)),
        st.sampled_from(TIMES),
        st.sampled_from(JOINERS),
        moments,
    )
    def test_a_learnt_format(
        self, date_format: str, time_format: str, joiner: str, moment: datetime
    ) -> None:
        whole = join(joiner, date_format, time_format)
        expected = (
            moment.replace(microsecond=0)
            if "s" in time_format
            else moment.replace(second=0, microsecond=0)
        )
        text = render(whole, moment)
        texts = [render(whole, other) for other in OTHERS]
        found = DateReader.learn([*texts, text], words=DUTCH, not_after=utc("2026-01-01")).read(
            text
        )
        is_open = is_glued(joiner, date_format, time_format) or "y" in date_format
        assert found == expected or (is_open and found is None)

    @pytest.mark.parametrize("date_format", [*NAMED_DATES, *NUMERIC_DATES])
    @pytest.mark.parametrize("frame", ["{}", "l, {}", "{} (D)"])
    def test_every_date_format(self, date_format: str, frame: str) -> None:
        assert_round_trip(frame.format(date_format) + " H:i", Lexicon.of(DUTCH))

    @pytest.mark.parametrize("time_format", TIMES)
    def test_every_time_format(self, time_format: str) -> None:
        assert_round_trip(f"j F Y {time_format}", Lexicon.of(DUTCH))

    @pytest.mark.parametrize("joiner", JOINERS)
    def test_every_joiner(self, joiner: str) -> None:
        assert_round_trip(join(joiner, "Y年F j日", "a g:i"), Lexicon.of(DUTCH))


def assert_round_trip(php_format: str, lexicon: Lexicon) -> None:
    matcher = Matcher(php_format, lexicon)
    for moment in OTHERS:
        assert matcher.read(fold(render(php_format, moment))) == moment


class TestAttributes:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("2016-10-13T18:20:00+00:00", "2016-10-13T18:20:00+00:00"),
            ("2016-10-13T18:20:00Z", "2016-10-13T18:20:00+00:00"),
            ("2016-10-13t18:20z", "2016-10-13T18:20:00+00:00"),
            (" 2016-10-13 18:20:00 +0200 ", "2016-10-13T18:20:00+02:00"),
            ("2016-10-13T18:20:00.5-05", "2016-10-13T18:20:00.500000-05:00"),
            ("2016-10-13 18:20", "2016-10-13T18:20:00"),
            ("1970-01-01T00:00:00", "1970-01-01T00:00:00"),
            ("Thu, 13 Oct 2016 18:20:00 +0000", "2016-10-13T18:20:00+00:00"),
            ("13 Oct 2016 18:20 -0000", "2016-10-13T18:20:00+00:00"),
            ("Thu, 13 Oct 2016 18:20:00 GMT", "2016-10-13T18:20:00+00:00"),
        ],
    )
    def test_reads(self, value: str, expected: str) -> None:
        found = read_attribute(value)
        assert found is not None
        assert found.isoformat() == expected

    @pytest.mark.parametrize(
        "value",
        [
            "", "2016-10-13", "18:20", "Reply To: 2016-10-13 18:20", "#12345", "1476382800", "2016-02-31T10:00",
            "2016-10-13T25:00", "0000-00-00T00:00:00", "9999-12-31T23:59:59-12:00", "-0001-11-30T00:00:00+00:00",
            "October 13, 2016 at 6:20 pm", "Thu, 31 Feb 2016 18:20:00 +0000", "2016-10-13T18:20:00+99:99",
        ],
    )  # fmt: skip
    def test_is_null(self, value: str) -> None:
        assert read_attribute(value) is None


FRENCH_UNITS = DateWords(
    ago=("il y a %s",),
    separators=("et", ","),
    units={"year": ("année", "années"), "month": ("mois",)},
)
TURKISH_UNITS = DateWords(
    ago=("%s önce",), separators=(" ",), units={"year": ("yıl",), "month": ("ay",)}
)
ROMANIAN_UNITS = DateWords(
    ago=("acum %s",),
    units={"year": ("ani",), "month": ("luni",), "week": ("săptămâni",)},
    ones={"month": ("O lună",), "week": ("O săptămână",)},
)
ARABIC_UNITS = DateWords(
    ago=("قبل %s",), twos={"year": ("سنتين",), "month": ("شهرين",)}, separators=("،",)
)


class TestWhenAPageWasMade:
    CAME = utc("2026-11-20 12:00")

    @pytest.mark.parametrize(
        ("headers", "made"),
        [
            ((), "2026-11-20 12:00"),
            ((("Date", "Fri, 20 Nov 2026 11:59:30 GMT"),), "2026-11-20 11:59:30"),
            ((("date", "Thu, 19 Nov 2026 12:00:00 GMT"), ("age", "86400")), "2026-11-19 12:00"),
            ((("Age", "3600"),), "2026-11-20 11:00"),
            # A clock that is ahead, or has stood still for years, is not believed.
            ((("Date", "Sat, 21 Nov 2026 12:00:00 GMT"),), "2026-11-20 12:00"),
            ((("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),), "2026-11-20 12:00"),
            ((("Date", "yesterday"), ("Age", "-1")), "2026-11-20 12:00"),
        ],
    )
    def test_headers_tell(self, headers: tuple[tuple[str, str], ...], made: str) -> None:
        assert page_made_at(headers, self.CAME) == utc(made)


class TestRelative:
    NOW = utc("2026-11-20 12:00")

    @pytest.mark.parametrize(
        ("text", "words", "earliest", "latest"),
        [
            ("3 years, 2 months ago", None, "2023-08-23 12:00", "2023-09-22 12:00"),
            ("1 month, 4 weeks ago", None, "2026-09-21 12:00", "2026-09-23 12:00"),
            ("5 days, 1 hour ago", None, "2026-11-15 10:00", "2026-11-15 11:00"),
            ("2 weeks ago", None, "2026-10-30 12:00", "2026-11-10 00:00"),
            ("2 weeks", None, "2026-10-30 12:00", "2026-11-10 00:00"),
            ("6 mins", None, "2026-11-20 11:53", "2026-11-20 11:54:30"),
            ("1 min", None, "2026-11-20 11:58", "2026-11-20 12:00"),
            ("right now", None, "2026-11-20 11:59", "2026-11-20 12:00"),
            ("zojuist", DUTCH, "2026-11-20 11:59", "2026-11-20 12:00"),
            ("3 jaren, 2 maanden geleden", DUTCH, "2023-08-23 12:00", "2023-09-22 12:00"),
            ("3 years, 2 maanden geleden", DUTCH, "2023-08-23 12:00", "2023-09-22 12:00"),
            ("vor vor 3 Jahre, 2\u00a0Monaten", GERMAN, "2023-08-23 12:00", "2023-09-22 12:00"),
            (
                "قبل ٣ سنوات، ٢ أشهر",
                DateWords(
                    ago=("قبل %s",), units={"year": ("سنة", "سنوات"), "month": ("شهر", "أشهر")}
                ),
                "2023-08-23 12:00",
                "2023-09-22 12:00",
            ),
            ("3 années et 2 mois", FRENCH_UNITS, "2023-08-23 12:00", "2023-09-22 12:00"),
            ("il y a 3 années et 1 mois", FRENCH_UNITS, "2023-09-22 12:00", "2023-10-22 12:00"),
            ("3 yıl  2 ay önce", TURKISH_UNITS, "2023-08-23 12:00", "2023-09-22 12:00"),
            ("acum 3 ani, O lună", ROMANIAN_UNITS, "2023-09-22 12:00", "2023-10-22 12:00"),
            ("acum O lună, 2 săptămâni", ROMANIAN_UNITS, "2026-09-30 12:00", "2026-10-07 12:00"),
            ("قبل سنتين، شهرين", ARABIC_UNITS, "2024-08-22 12:00", "2024-09-21 12:00"),
            (
                "3年, 2ヶ月前",
                DateWords(ago=("%s前",), units={"year": ("年",), "month": ("ヶ月",)}),
                "2023-08-23 12:00",
                "2023-09-22 12:00",
            ),
        ],
    )
    def test_bounds(self, text: str, words: DateWords | None, earliest: str, latest: str) -> None:
        assert read_relative(text, words, self.NOW) == (utc(earliest), utc(latest))

    @pytest.mark.parametrize(
        "text",
        [
            "", "sometime", "ago", "3 jaren geleden", "3 years, 2 days ago", "2 months, 3 years ago", "0 seconds ago", "years ago",
            "1 year, 1 month, 1 week ago", "1 month, 5 weeks ago", "2 weeks, 9 days ago", "9999 years ago", "October 13, 2016 at 6:20 pm", "3 years ago " + "x" * 200,
        ],
    )  # fmt: skip
    def test_is_null(self, text: str) -> None:
        assert read_relative(text, None, self.NOW) is None

    def test_a_word_with_two_meanings_says_nothing(self) -> None:
        words = DateWords(units={"month": ("m",), "minute": ("m", "min")})
        assert read_relative("3 m", words, self.NOW) is None
        assert read_relative("3 min", words, self.NOW) is not None

    @settings(max_examples=200)
    @given(st.integers(1, 20 * 365 * 86400))
    def test_holds_the_time_that_bbpress_rounded(self, age: int) -> None:
        bounds = read_relative(f"{time_since(age)} ago", None, self.NOW)
        assert bounds is not None
        earliest, latest = ((self.NOW - bound).total_seconds() for bound in bounds)
        assert latest <= age <= earliest


def time_since(age: int) -> str:
    """What bbPress prints of an age in seconds, without `ago`."""
    chunks: Sequence[tuple[str, int]] = (
        ("year", 31_536_000), ("month", 2_592_000), ("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1),
    )  # fmt: skip
    index = next(place for place, (_, size) in enumerate(chunks) if age >= size)
    name, size = chunks[index]
    count, rest = divmod(age, size)
    smaller = rest // chunks[index + 1][1] if index + 2 < len(chunks) else 0
    first = f"{count} {name}{'s' if count > 1 else ''}"
    return f"{first}, {smaller} {chunks[index + 1][0]}s" if smaller else first

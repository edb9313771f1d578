"""A bbPress-shaped forum on loopback, generated from a seed at any size, that knows what an archive of it must hold."""

from scraper.demo import life, life_site
from scraper.demo.exchange import Alteration, DemoAnswer, DemoRequest, Intercept
from scraper.demo.fault import FaultRule, FaultScript, Strike
from scraper.demo.fault_kind import Fault
from scraper.demo.forum import (
    DemoAuthor,
    DemoBoard,
    DemoEdit,
    DemoForum,
    DemoPost,
    DemoSettings,
    DemoTag,
    DemoTopic,
)
from scraper.demo.generate import generate
from scraper.demo.life_script import Life, LifeEvent
from scraper.demo.prose import Written
from scraper.demo.server import DemoServer
from scraper.demo.truth import (
    ExpectedEdit,
    ExpectedPost,
    ExpectedTopic,
    expected_topic,
    expected_topics,
)

__all__ = [
    "Alteration",
    "DemoAnswer",
    "DemoAuthor",
    "DemoBoard",
    "DemoEdit",
    "DemoForum",
    "DemoPost",
    "DemoRequest",
    "DemoServer",
    "DemoSettings",
    "DemoTag",
    "DemoTopic",
    "ExpectedEdit",
    "ExpectedPost",
    "ExpectedTopic",
    "Fault",
    "FaultRule",
    "FaultScript",
    "Intercept",
    "Life",
    "LifeEvent",
    "Strike",
    "Written",
    "expected_topic",
    "expected_topics",
    "generate",
    "life",
    "life_site",
]

"""From a feed's UTC times and the local times that pages show to a site's clock; no network, no clock of the machine."""

from parsers.zones.candidates import Pair, Zone, ZoneCandidates
from parsers.zones.clock import Period, SiteClock, infer
from parsers.zones.question import best_question

__all__ = ["Pair", "Period", "SiteClock", "Zone", "ZoneCandidates", "best_question", "infer"]

"""From a date as a page displays it to the site's local time; no network, no clock and no locale of the machine."""

from parsers.dates.attribute import read_attribute
from parsers.dates.reader import DateReader
from parsers.dates.relative import read_relative

__all__ = ["DateReader", "read_attribute", "read_relative"]

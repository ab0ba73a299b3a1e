"""Feeds that are polled: their events keep the feed's own words, and are read by a layout."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from app.domain.feedback.feeds import care_opinion

Layout = Callable[[Mapping[str, Any]], dict[str, Any]]

LAYOUTS: Final[Mapping[str, Layout]] = MappingProxyType({care_opinion.NAME: care_opinion.review})

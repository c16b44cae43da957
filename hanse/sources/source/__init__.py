"""What every outside system is to Hanse: the `Source` protocol, the changes that it tells of, and what its mappings share."""

from hanse.sources.source.changes import Change, ConsentGiven, Customer, PrivacyRequest
from hanse.sources.source.polled import PolledAlone
from hanse.sources.source.protocol import Delivery, Envelope, Incoming, Page, Position, Reading, Refused, Source
from hanse.sources.source.shop import Options, Secrets, Shop

__all__ = [
    "Change",
    "ConsentGiven",
    "Customer",
    "Delivery",
    "Envelope",
    "Incoming",
    "Options",
    "Page",
    "PolledAlone",
    "Position",
    "PrivacyRequest",
    "Reading",
    "Refused",
    "Secrets",
    "Shop",
    "Source",
]

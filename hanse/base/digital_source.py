"""How a text or a picture came to be, by the words of the IPTC (NewsCodes, digital source type): marks and linked data both write it."""

from __future__ import annotations

from enum import StrEnum

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SCHEMA_ORG = "https://schema.org/"


class Source(StrEnum):
    """How a text came to be, by the IPTC's codes."""

    GENERATED = "trainedAlgorithmicMedia"
    EDITED = "compositeWithTrainedAlgorithmicMedia"
    """A model wrote it and a person changed it."""

    @property
    def uri(self) -> str:
        """Return it as the IPTC names it."""
        return f"{IPTC}{self.value}"

    @property
    def schema_org(self) -> str:
        """Return it as a member of schema.org's `IPTCDigitalSourceEnumeration`."""
        return f"{SCHEMA_ORG}{self.value[0].upper()}{self.value[1:]}DigitalSource"

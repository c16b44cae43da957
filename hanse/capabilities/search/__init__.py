"""Finding products and passages of documents by words, numbers and meaning."""

from hanse.base.capability import Capability

capability = Capability(
    name="search",
    title="Search",
    question="Which products and documents answer what somebody typed?",
    icon="search",
    package=__name__,
)

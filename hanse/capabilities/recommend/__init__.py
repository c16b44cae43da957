"""Which products go together, and which are popular: recommendations learned from orders."""

from hanse.base.capability import Capability

capability = Capability(
    name="recommend",
    title="Recommendations",
    question="Which products should this page, mail or advisor show next?",
    icon="sparkles",
    package=__name__,
)

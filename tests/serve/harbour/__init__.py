"""A small capability for tests of serve: boats that are loaded, greeted and called home."""

from hanse.base.capability import Capability

capability = Capability(name="harbour", title="Harbour", question="Which boat sails next?", icon="ship", package=__name__)

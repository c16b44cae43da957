"""Profiles: what is known of one person or company, found by their identities."""

from hanse.data.profiles.schemas import Contract, Identity, Installation, Membership, Profile
from hanse.data.profiles.store import put, put_contracts, put_installations, put_memberships

__all__ = ["Contract", "Identity", "Installation", "Membership", "Profile", "put", "put_contracts", "put_installations", "put_memberships"]

"""Profiles: what is known of one person or company, found by their identities."""

from hanse.data.profiles.schemas import Identity, Installation, Membership, Profile
from hanse.data.profiles.store import put, put_installations, put_memberships

__all__ = ["Identity", "Installation", "Membership", "Profile", "put", "put_installations", "put_memberships"]

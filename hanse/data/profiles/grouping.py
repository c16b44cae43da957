"""Which profiles are one person: a pure function of the links between them, whatever the order in which they came.

As Kruskal's algorithm (1956) takes edges by weight, the links are taken by who says so and since when, and each joins two groups unless
that breaks a rule: an identity that many people use joins nobody, a person has one user id and a few of each other kind, a browser
alone never makes two addresses or numbers one person, and what a person separated stays apart. What people join is joined at last,
whatever the rules say, so that taking it back leaves what was there before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hanse.data.profiles import keys
from hanse.data.profiles.keys import Key

CAUSES = ("source", "event", "match", "person")
"""Who says that two profiles are one person: the surest evidence first, and people at last, who join what the evidence has made of it."""
SHARED, SEPARATED = "shared", "separated"
ONE = keys.Limit(1)


@dataclass(frozen=True)
class Link:
    """Two profiles are said to be one person; `profile_id` is the smaller id."""

    profile_id: UUID
    other_id: UUID
    cause: str
    linked_at: datetime

    @property
    def ends(self) -> tuple[UUID, UUID]:
        """Return the profiles that it joins."""
        return self.profile_id, self.other_id


@dataclass
class Grouping:
    """Groups of profiles that are one person each, and why links join nobody."""

    identities: Mapping[UUID, Collection[Key]]
    separations: Mapping[UUID, Collection[UUID]]
    seen_at: Mapping[UUID, datetime]
    """When a profile was first linked, by which limits in a period count."""
    shared: Collection[UUID] = frozenset()
    groups: dict[UUID, set[UUID]] = field(default_factory=dict)
    """The group of each profile; one set for all of a group."""
    refused: dict[Link, str | None] = field(default_factory=dict)
    """Why each link joins nobody; null where it does."""

    def add(self, link: Link) -> None:
        """Take the next link, all surer ones having been taken."""
        one, other = (self.groups.setdefault(end, {end}) for end in link.ends)
        reason = None if one is other else self._reason(link, one, other)
        self.refused[link] = reason
        if reason is None and one is not other:
            one |= other
            self.groups.update(dict.fromkeys(other, one))

    def _reason(self, link: Link, one: set[UUID], other: set[UUID]) -> str | None:
        if link.cause == "person":
            return None
        if any(apart in other for each in one for apart in self.separations.get(each, ())):
            return SEPARATED
        if any(end in self.shared for end in link.ends):
            return SHARED
        return self._limit(one, other, by_browser=any(self._is_browser(end) for end in link.ends))

    def _is_browser(self, profile_id: UUID) -> bool:
        return all(kind == "anonymous_id" for kind, _ in self.identities.get(profile_id, ()))

    def _limit(self, one: set[UUID], other: set[UUID], *, by_browser: bool) -> str | None:
        """Return the kind of which the two would have too many together, more than each had before."""
        mine, theirs = self._by_kind(one), self._by_kind(other)
        for kind in sorted(mine.keys() & theirs.keys()):
            most = ONE if by_browser and kind != "anonymous_id" else keys.limit(kind)
            before = max(self._most(mine[kind], most), self._most(theirs[kind], most))
            if self._most(mine[kind] | theirs[kind], most) > max(most.most, before):
                return f"limit:{kind}"
        return None

    def _by_kind(self, group: set[UUID]) -> dict[str, set[tuple[str, UUID]]]:
        found: dict[str, set[tuple[str, UUID]]] = defaultdict(set)
        for profile_id in group:
            for kind, value in self.identities.get(profile_id, ()):
                found[kind].add((value, profile_id))
        return found

    def _most(self, values: set[tuple[str, UUID]], limit: keys.Limit) -> int:
        """Return how many values there are, in the period where there are most."""
        if limit.within is None:
            return len({value for value, _ in values})
        times = sorted(self.seen_at[profile_id] for _, profile_id in values if profile_id in self.seen_at)
        first, most = 0, 0
        for last, moment in enumerate(times):
            while moment - times[first] > limit.within:
                first += 1
            most = max(most, last - first + 1)
        return most


def group(
    identities: Mapping[UUID, Collection[Key]],
    links: Iterable[Link],
    separations: Mapping[UUID, Collection[UUID]],
    *,
    known_shared: Collection[UUID] = (),
) -> Grouping:
    """Return who is one person, from all links of everybody concerned."""
    links = sorted(links, key=lambda link: rank(link, identities))
    used_by_many = frozenset(known_shared) | shared(identities, links)
    grouping = Grouping(identities, separations, seen_at(links, used_by_many), used_by_many)
    for link in links:
        grouping.add(link)
    return grouping


def rank(link: Link, identities: Mapping[UUID, Collection[Key]]) -> tuple[int, datetime, list[Key]]:
    """Return the place of a link among others: the lower counts first. Of two since the same moment the identities decide, as ids are chance."""
    return CAUSES.index(link.cause), link.linked_at, sorted(min(identities.get(end, ()), default=("", str(end))) for end in link.ends)


def seen_at(links: Iterable[Link], used_by_many: Collection[UUID]) -> dict[UUID, datetime]:
    """Return when each profile was first linked, but for links with what many people use: not all of those are kept."""
    found: dict[UUID, datetime] = {}
    for link in links:
        for end in () if any(each in used_by_many for each in link.ends) else link.ends:
            found[end] = min(found.get(end, link.linked_at), link.linked_at)
    return found


def shared(identities: Mapping[UUID, Collection[Key]], links: Iterable[Link]) -> set[UUID]:
    """Return the profiles whose one identity many people use: linked by events to more than a few with a surer identity."""
    users: dict[UUID, set[UUID]] = defaultdict(set)
    for link in links:
        if link.cause != "event":
            continue
        for end, other in (link.ends, link.ends[::-1]):
            if _surest(identities, other) < _surest(identities, end):
                users[end].add(other)
    return {profile_id for profile_id, others in users.items() if len(others) > keys.SHARED_BY}


def _surest(identities: Mapping[UUID, Collection[Key]], profile_id: UUID) -> int:
    return min((keys.place(kind) for kind, _ in identities.get(profile_id, ())), default=len(keys.ORDER) + 2)

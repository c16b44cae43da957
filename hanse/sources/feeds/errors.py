"""What can be wrong with a whole feed; what is wrong with single entries are findings."""

from __future__ import annotations

from hanse.base.errors import HanseError


class FeedError(HanseError):
    """The feed cannot be read."""

    status = 422
    exit_code = 2


class NoSuchFeed(FeedError):
    """There is no file {path}. Check how it is written."""


class UnknownFeed(FeedError):
    """{file} is no catalog that can be read: {reason}. Read are BMEcat 1.2 to 2005.2 and Google Merchant feeds as RSS, Atom or TSV."""


class BrokenFeed(FeedError):
    """{file} breaks off in line {line} before its first product: {reason}. Nothing was read; ask for the file again."""


class HostileFeed(FeedError):
    """The file is refused, because reading it could harm this machine: {reason} (line {line})."""


class UnknownFeedOption(FeedError):
    """The option {option} cannot be {value!r}: {expected}."""


class UnknownFormat(FeedError):
    """The catalog cannot be written as {format}. Formats are {known}."""


class Unwritable(FeedError):
    """{path} cannot be written: {reason}. Check the folder and its rights."""


class UnknownExport(FeedError):
    """No file {name} is written every night. `feeds.exports` lists those that are."""

    status = 404

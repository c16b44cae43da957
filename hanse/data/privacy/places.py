"""Where else a person may be named: columns in which text or JSON of any kind is kept, which an erasure goes through row by row.

The tables that are about the person are erased by `erasing`; these hold what was said of them elsewhere: events of others, job
arguments, notes, findings. A new table with such columns gets a line here; one that refers to profiles with `ON DELETE CASCADE` needs none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from hanse.base import database
from hanse.base.database import Connection
from hanse.data.privacy.marks import Marks


@dataclass(frozen=True)
class Place:
    """A table with columns that may quote a person."""

    table: str
    key: tuple[str, ...]
    json: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    name: str | None = None
    """The column that says as what a value is to be read."""


PLACES = (
    Place("events", ("event_id", "occurred_at"), ("properties", "context"), ("user_id", "anonymous_id", "message_id")),
    Place("decisions", ("decision_id", "decided_at"), ("request", "answer"), ("reason",)),
    Place("traits", ("profile_id", "name", "source"), ("value",), name="name"),
    Place("profile_links", ("link_id",), ("evidence",), ("actor", "cut_by")),
    Place("profile_separations", ("profile_id", "other_id"), (), ("actor", "reason")),
    Place("match_proposals", ("proposal_id",), (), ("note", "decided_by")),
    Place("match_models", ("model_id",), ("findings",)),
    Place("installations", ("installation_id",), (), ("place",)),
    Place("contracts", ("contract_id",), (), ("terms",)),
    Place("dead_letters", ("dead_letter_id",), (), ("reason",)),
    Place("imports", ("import_id",), ("columns", "findings"), ("file_name", "error")),
    Place("catalog_revisions", ("revision_id",), ("header",), ("file_name", "proposed_by", "decided_by")),
    Place("deliveries", ("delivery_id",), (), ("note",)),
    Place("shop_connections", ("connection_id",), ("options",), ("last_error",)),
    Place("privacy_requests", ("request_id",), (), ("note", "extension_reason", "closing_reason")),
    Place("procrastinate_jobs", ("id",), ("args",)),
    Place("job_progress", ("job_id",), ("result",), ("note", "error")),
    Place("audit_log", ("audit_id",), ("facts",), ("subject",)),
    Place("recommendation_batches", ("batch_id",), ("request",)),
    Place("entries", ("entry_id",), ("facts",), ("subject", "text")),
    Place("language_calls", ("call_id",), ("checks",), ("masked_prompt", "masked_answer", "verdict_note")),
)

WITHOUT_PEOPLE = frozenset(
    {
        *("alembic_version", "api_keys", "console_accounts", "console_sessions", "sign_in_links", "event_retention", "lake_positions", "models"),
        *(
            "products",
            "product_relations",
            "stated_relations",
            "prices",
            "stock",
            "documents",
            "product_statistics",
            "consent_texts",
            "consent_receipts",
            "erasures",
        ),
        *("recent_messages", "settled_messages", "poll_positions", "crm_targets", "experiments"),
        *("recommendation_rules", "recommendation_rule_changes"),
        *("text_vectors", "image_vectors", "vector_indexes", "catalog_changes", "catalog_findings", "catalog_exports", "document_pages"),
        *("search_entries", "search_vectors", "search_facets", "search_words", "search_passages", "search_phrases"),
        *("search_rules", "search_rule_changes", "search_synonyms"),
        *("procrastinate_events", "procrastinate_periodic_defers", "procrastinate_workers"),
        *("language_models", "language_settings", "language_budgets", "language_usage", "language_claims"),
    }
)
"""Tables about the shop, or about those who work with Hanse; or of numbers and hashes alone."""

ERASED_WHOLE = frozenset(
    {
        *("profiles", "identities", "consents", "memberships", "price_lists", "consent_chains", "consent_confirmations", "shop_resources"),
        "batch_recommendations",
    }
)
"""Tables whose rows about a person go with them."""


async def sweep(connection: Connection, marks: Marks) -> dict[str, int]:
    """Take everything that names a person out of all places; return how many rows it was in, by table."""
    counts = {place.table: await _sweep(connection, place, marks) for place in PLACES}
    return {table: count for table, count in counts.items() if count}


async def _sweep(connection: Connection, place: Place, marks: Marks) -> int:
    columns = (*place.json, *place.text)
    found = [
        *(_like(column, "lower({}::text) LIKE ANY(%(patterns)s)") for column in columns),
        *(_like(column, r"regexp_replace({}::text, '\D', '', 'g') LIKE ANY(%(digits)s)") for column in columns if marks.digits),
        *(_like(column, "{} = ANY(%(values)s)") for column in place.text),
    ]
    statement = sql.SQL("SELECT {} FROM {} WHERE {}").format(_names((*place.key, *columns)), sql.Identifier(place.table), sql.SQL(" OR ").join(found))
    rows = await (await connection.execute(statement, {"patterns": marks.patterns, "digits": marks.digits, "values": marks.values})).fetchall()
    changed = 0
    for row in rows:
        cleaned = {column: _cleaned(row[column], row[place.name] if place.name else column, marks) for column in columns}
        if different := {column: value for column, value in cleaned.items() if value != row[column]}:
            await _write(connection, place, row, different)
            changed += 1
    return changed


async def _write(connection: Connection, place: Place, row: dict[str, Any], values: dict[str, Any]) -> None:
    changes = (sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column)) for column in values)
    here = (sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column)) for column in place.key)
    statement = sql.SQL("UPDATE {} SET {} WHERE {}").format(sql.Identifier(place.table), sql.SQL(", ").join(changes), sql.SQL(" AND ").join(here))
    written = {column: database.jsonb(value) if column in place.json else value for column, value in values.items()}
    await connection.execute(statement, {**{column: row[column] for column in place.key}, **written})


def _cleaned(value: Any, column: str, marks: Marks) -> Any:
    """Return a value without the person; ids of somebody that stand alone go whole, so that nothing is told apart by them."""
    cleaned = marks.without(value, column)
    return None if column in {"user_id", "anonymous_id"} and cleaned != value else cleaned


def _like(column: str, condition: LiteralString) -> sql.Composable:
    return sql.SQL(condition).format(sql.Identifier(column))


def _names(columns: tuple[str, ...]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, columns))

"""Person records as comparable text, field by field: what two systems write differently for the same fact becomes the same.

Works on whole tables in DuckDB; a value that stands for nobody (`unknown@example.com`, `0000`) becomes null. What is shown to
people stays in the source record: cleaned values are for comparing only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from hanse.data.profiles.matching import fields, projection
from hanse.data.profiles.matching.fields import RECORD_ID, SOURCE, Mapping

EARLIEST_BIRTH_YEAR = 1900
SHORTEST_NUMBER = 3
TITLES = (
    "dr prof professor dipl ing med phil rer nat jur mag mba bsc msc phd herr herrn frau fr hr mr mrs ms miss sir madam jr sr jun sen "
    "familie firma herrn/frau"
)
LEGAL_FORMS = "gmbh mbh ag kg kgaa co ohg ug gbr ev se inc ltd llc limited plc sarl bv haftungsbeschrankt und and"
NOTHING = "", "-", "--", ".", "?", "n/a", "na", "nan", "null", "none", "nil", "unknown", "unbekannt", "k.a.", "keine angabe", "test", "xxx", "tbd"
MAILBOXES_OF_NOBODY = (
    "unknown unbekannt noreply no-reply no_reply donotreply do-not-reply nomail no-mail noemail no-email keine keinemail nobody none null "
    "na n-a test dummy kasse kiosk laufkunde anonymous anonym guest gast"
)
STREETS = (
    (r"stra(ss|s)e( |$)", r"str "),
    (r" str( |$)", r"str "),
    (r" street( |$)", r" st "),
    (r" avenue( |$)", r" ave "),
    (r" road( |$)", r" rd "),
    (r" crescent( |$)", r" cres "),
    (r" place( |$)", r" pl "),
    (r" drive( |$)", r" dr "),
    (r" court( |$)", r" ct "),
    (r"platz( |$)", r"pl "),
)
DATE_NOTATIONS = "%Y-%m-%d", "%Y%m%d", "%d.%m.%y", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%d. %m. %Y"


@dataclass(frozen=True)
class Reading:
    """How the records of one kind of file are read: kept with the model so that a later record is read the same way."""

    mapping: Mapping
    today: date
    region: str = "DE"
    """Country of a phone number that names none."""
    earliest_birth_year: int = EARLIEST_BIRTH_YEAR

    @property
    def columns(self) -> list[str]:
        """Return the fields of a cleaned table."""
        given = [each for each in self.mapping.columns if each != "full_name"]
        names = ["given_name", "surname"] if "full_name" in self.mapping.columns else []
        house = ["house_number"] if "street" in given and "house_number" not in given else []
        return [*names, *given, *house]


def read(
    table: pa.Table,
    *,
    today: date,
    connection: duckdb.DuckDBPyConnection,
    record_id: str | None = None,
    ignore: tuple[str, ...] = (),
    region: str = "DE",
) -> Reading:
    """Find out how a file is to be read: which columns it has, and whether it tells of persons of the past."""
    reading = Reading(fields.map_columns(table, record_id=record_id, ignore=ignore), today, region)
    return replace(reading, earliest_birth_year=1000) if _is_history(table, reading, connection) else reading


def clean(table: pa.Table, reading: Reading, *, connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return the records with one text column for each field, null where nothing is known, in the order given."""
    columns = reading.mapping.columns
    raw = {field: _text(table[column]) for field, column in columns.items()}
    if "phone" in raw:
        raw["phone"] = _by_value(raw["phone"], lambda value: phone(value, reading.region))
    expressions = _expressions(set(columns), reading)
    names = _names(table, reading)
    if not raw:
        return names
    made = projection.project(connection, pa.table(raw), expressions)
    for position, name in enumerate((RECORD_ID, SOURCE)):
        made = made.add_column(position, name, names[name])
    return made.combine_chunks()


def phone(value: str | None, region: str = "DE") -> str | None:
    """Return a phone number in E.164, null for one that cannot be dialled or stands for nobody.

    >>> phone("(0 30) 90 18 20")
    '+4930901820'
    """
    digits = "".join(each for each in value or "" if each.isdigit())
    if value is None or len(set(digits.lstrip("0"))) < 3 or digits.lstrip("0") in "1234567890":
        return None
    text = value.replace("(0)", "") if value.lstrip().startswith(("+", "00")) else value
    try:
        parsed = phonenumbers.parse("+" + text.lstrip()[2:] if text.lstrip().startswith("00") else text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _text(values: pa.ChunkedArray) -> pa.Array:
    """Return values as trimmed text in one Unicode form, null where they say that there is nothing."""
    texts = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    texts = pc.utf8_trim_whitespace(pc.utf8_normalize(pc.cast(texts, pa.string()), form="NFKC"))
    is_nothing = pc.is_in(pc.utf8_lower(texts), value_set=pa.array(NOTHING))
    return pc.if_else(is_nothing, pa.scalar(None, pa.string()), texts)


def _by_value(values: pa.Array, function: Callable[[str], str | None]) -> pa.Array:
    encoded = values.dictionary_encode()
    made = pa.array([None if value is None else function(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return made.take(encoded.indices)


def _names(table: pa.Table, reading: Reading) -> pa.Table:
    """Return who a record is and where it comes from; a row without an id is called by its number."""
    record_id, source = reading.mapping.record_id, reading.mapping.source
    numbers = pa.array([str(row) for row in range(table.num_rows)], pa.string())
    ids = _plain_text(table[record_id]) if record_id else numbers
    sources = _plain_text(table[source]) if source else pa.array([""] * table.num_rows, pa.string())
    return pa.table({RECORD_ID: pc.coalesce(ids, numbers), SOURCE: pc.fill_null(sources, "")})


def _plain_text(values: pa.ChunkedArray) -> pa.Array:
    return pc.utf8_trim_whitespace(pc.cast(values.combine_chunks(), pa.string()))


def _expressions(known: set[str], reading: Reading) -> dict[str, str]:
    """Return the expression of each field over the raw text columns."""
    made: dict[str, str] = {}
    if "full_name" in known:
        made |= _split_name('"full_name"')
    for field in reading.mapping.columns:
        if field == "full_name":
            continue
        made[field] = _expression(field, reading)
    if "street" in known:
        number = _house_number(f"regexp_extract(\"street\", '{_NUMBER}', 1)")
        own = [_house_number('"house_number"')] if "house_number" in known else []
        made["house_number"] = f"coalesce({', '.join([*own, number])})"
    return {field: made[field] for field in reading.columns}


_NUMBER = r"(?:^|[\s.,])(\d{1,5}\s?[A-Za-z]?(?:\s?[-/]\s?\d+\s?[A-Za-z]?)?)\s*$"


def _expression(field: str, reading: Reading) -> str:
    if field == "birth_date":
        return _birth_date('"birth_date"', reading)
    return _EXPRESSIONS.get(field, _folded)(f'"{field}"')


def _folded(column: str) -> str:
    """Lower case, without accents, `ae`, `ä` and `a` alike, words parted by one blank."""
    text = f"lower({column})"
    for old, new in (("ß", "ss"), ("æ", "ae"), ("œ", "oe"), ("ø", "o"), ("ł", "l"), ("đ", "d")):
        text = f"replace({text}, '{old}', '{new}')"
    text = f"regexp_replace(strip_accents({text}), '[''`´’]', '', 'g')"
    text = f"regexp_replace({text}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')"
    # After a vowel or q an e is a letter of its own, as in Bauer or Quelle; only elsewhere it may stand for an umlaut.
    return f"nullif(trim(regexp_replace({text}, '(^|[^aeiouq])([aou])e', '\\1\\2', 'g')), '')"


def _without(text: str, words: str) -> str:
    listed = ", ".join(f"'{word}'" for word in words.split())
    return f"nullif(array_to_string(list_filter(string_split({text}, ' '), lambda word: word NOT IN ({listed})), ' '), '')"


def _split_name(column: str) -> dict[str, str]:
    """`Surname, Given` where a comma says so, else the last word is the surname."""
    parts = f"string_split({_without(_folded(column), TITLES)}, ' ')"
    before, after = f"split_part({column}, ',', 1)", f"split_part({column}, ',', 2)"
    has_comma = f"{column} LIKE '%_,_%'"
    given = f"CASE WHEN {has_comma} THEN {_without(_folded(after), TITLES)} ELSE nullif(array_to_string({parts}[:-2], ' '), '') END"
    surname = f"CASE WHEN {has_comma} THEN {_without(_folded(before), TITLES)} ELSE {parts}[-1] END"
    return {"given_name": given, "surname": surname}


def _email(column: str) -> str:
    text = f"regexp_replace(lower({column}), '^mailto:|\\s', '', 'g')"
    nobody = "|".join(MAILBOXES_OF_NOBODY.split())
    return (
        f"CASE WHEN regexp_matches({text}, '^[^@]+@[^@]+\\.[^@.]+$') AND NOT regexp_matches({text}, '^({nobody})@')"
        f" AND NOT regexp_matches({text}, '[@.](example\\.(com|org|net)|example|invalid|localhost|test)$')"
        f" AND NOT regexp_matches({text}, '^(x+|0+|a|\\.+)@') THEN {text} END"
    )


def _street(column: str) -> str:
    text = f"' ' || {_folded(column)}"
    for pattern, short in STREETS:
        text = f"regexp_replace({text}, '{pattern}', '{short}')"
    return f"nullif(trim({text}), '')"


def _house_number(column: str) -> str:
    return f"nullif(regexp_replace(lower({column}), '^[\\s0]+|[^0-9a-z/-]', '', 'g'), '')"


def _identifier(column: str) -> str:
    text = f"regexp_replace(upper({column}), '[^0-9A-Z]', '', 'g')"
    return f"CASE WHEN length({text}) >= {SHORTEST_NUMBER} AND replace({text}, left({text}, 1), '') != '' THEN {text} END"


def _birth_date(column: str, reading: Reading) -> str:
    """Eight digits, year first. One that is no day of any calendar is kept as written: a slip of the hand still tells a lot."""
    day = f"regexp_replace({column}, '[T ]\\d\\d:\\d\\d.*$', '')"
    notations = ", ".join(f"'{each}'" for each in DATE_NOTATIONS)
    today = f"DATE '{reading.today.isoformat()}'"
    parsed = f"CAST(try_strptime({day}, [{notations}]) AS DATE)"
    short = f"regexp_matches({day}, '\\.\\d\\d$')"
    parsed = f"CASE WHEN {short} AND {parsed} > {today} THEN {parsed} - INTERVAL 100 YEAR ELSE {parsed} END"
    digits = f"regexp_replace({day}, '[^0-9]', '', 'g')"
    kept = f"CASE WHEN regexp_matches({day}, '^\\d{{4}}[-/.]?\\d{{2}}[-/.]?\\d{{2}}$') THEN {digits} END"
    text = f"coalesce(strftime({parsed}, '%Y%m%d'), {kept})"
    latest = reading.today.strftime("%Y%m%d")
    return f"CASE WHEN {text} BETWEEN '{reading.earliest_birth_year}0000' AND '{latest}' THEN {text} END"


def _is_history(table: pa.Table, reading: Reading, connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether most dates of birth lie before the year from which customers may live."""
    column = reading.mapping.columns.get("birth_date")
    if column is None:
        return False
    only = replace(reading, mapping=Mapping({"birth_date": column}, None), earliest_birth_year=1000)
    dates = clean(table, only, connection=connection)["birth_date"].drop_null()
    return len(dates) > 0 and pc.sum(pc.less(dates, str(EARLIEST_BIRTH_YEAR))).as_py() > len(dates) / 2


def _name(column: str) -> str:
    return _without(_folded(column), TITLES)


def _company(column: str) -> str:
    return f"coalesce({_without(_folded(column), LEGAL_FORMS)}, {_folded(column)})"


def _postcode(column: str) -> str:
    return _identifier(f"regexp_replace({column}, '^[A-Za-z]{{1,3}}[- ]+(\\d)', '\\1')")


_EXPRESSIONS: dict[str, Callable[[str], str]] = {
    "given_name": _name,
    "surname": _name,
    "company": _company,
    "email": _email,
    "phone": str,
    "street": lambda column: _street(f"regexp_replace({column}, '{_NUMBER}', '')"),
    "house_number": _house_number,
    "postcode": _postcode,
    "national_id": _identifier,
    "customer_number": _identifier,
}

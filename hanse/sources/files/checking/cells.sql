-- macros --
-- What single cells say, in DuckDB; every cell of a column is read the same way.
CREATE MACRO stripped(cell) AS CASE
    WHEN left(cell, 1) BETWEEN '!' AND '~' AND right(cell, 1) BETWEEN '!' AND '~' THEN cell
    ELSE nullif(trim(cell, e' \t\r\n\u00a0\u202f\u200b\ufeff'), '')
END;

CREATE MACRO filled(cell) AS CASE
    WHEN (left(cell, 1) <= '/' OR left(cell, 1) IN ('n', 'N', '<', '\'))
        AND regexp_full_match(cell, '(?i)\s*(nan|null|none|nat|n/a|#n/a|#nv|<na>|\\n|--?)\s*') THEN NULL
    ELSE stripped(cell)
END;

CREATE MACRO number_parts(cell) AS regexp_extract(
    regexp_replace(replace(regexp_replace(cell, '[\s\x{00A0}\x{202F}\x{2009}''’`]', '', 'g'), '−', '-'), '[.,][-–—]+', ''),
    '^(\(?)([^\d.,+()\-]*)([+-]?)([^\d.,+()\-]*)(\d[\d.,]*|[.,]\d+)([^\d,+()\-]*)(-?)\)?$',
    ['open', 'before', 'sign', 'between', 'digits', 'after', 'minus']
);

CREATE MACRO shows_comma(digits) AS regexp_full_match(digits, '\d*,\d{1,2}|\d*,\d{4,}|\d{4,},\d{3}|0+,\d+|\d[\d.]*\.[\d.]*,\d*|\d{1,3}(\.\d{3}){2,}|\d+,');

CREATE MACRO shows_point(digits) AS regexp_full_match(digits, '\d*\.\d{1,2}|\d*\.\d{4,}|\d{4,}\.\d{3}|0+\.\d+|\d[\d,]*,[\d,]*\.\d*|\d{1,3}(,\d{3}){2,}|\d+\.');

CREATE MACRO digits_value(digits, decimal_sign) AS CASE
    WHEN decimal_sign = ',' AND regexp_full_match(digits, '\d{1,3}(\.\d{3})+(,\d*)?|\d*,?\d*')
        THEN try_cast(replace(replace(digits, '.', ''), ',', '.') AS DECIMAL(24, 6))
    WHEN decimal_sign = '.' AND regexp_full_match(digits, '\d{1,3}(,\d{3})+(\.\d*)?|\d*\.?\d*')
        THEN try_cast(replace(digits, ',', '') AS DECIMAL(24, 6))
END;

CREATE MACRO own_sign(digits, decimal_sign, native) AS CASE
    WHEN NOT native THEN decimal_sign
    WHEN shows_comma(digits) AND NOT shows_point(digits) THEN ','
    WHEN shows_point(digits) AND NOT shows_comma(digits) THEN '.'
    ELSE decimal_sign
END;

CREATE MACRO is_scientific(cell) AS regexp_full_match(cell, '[+-]?\d+(\.\d+)?[eE][+-]?\d{1,3}');

CREATE MACRO signed_value(parts, decimal_sign, native) AS
    CASE WHEN parts.open = '(' OR parts.sign = '-' OR parts.minus = '-' THEN -1 ELSE 1 END
    * digits_value(parts.digits, own_sign(parts.digits, decimal_sign, native));

CREATE MACRO month_number(word) AS CASE left(lower(word), 3)
    WHEN 'jan' THEN '1' WHEN 'jän' THEN '1' WHEN 'feb' THEN '2' WHEN 'mar' THEN '3' WHEN 'mär' THEN '3' WHEN 'mrz' THEN '3'
    WHEN 'apr' THEN '4' WHEN 'may' THEN '5' WHEN 'mai' THEN '5' WHEN 'jun' THEN '6' WHEN 'jul' THEN '7' WHEN 'aug' THEN '8'
    WHEN 'sep' THEN '9' WHEN 'oct' THEN '10' WHEN 'okt' THEN '10' WHEN 'nov' THEN '11' WHEN 'dec' THEN '12' WHEN 'dez' THEN '12'
END;

CREATE MACRO date_parts(cell) AS regexp_extract(
    cell,
    '^(\d{1,4})([./\-])\s?(\d{1,2})[./\-]\s?(\d{1,4})(?:(?:[T,]|\s)\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp])?\.?[Mm]?\.?\s*(?:Uhr)?\s*(Z|z|UTC|GMT|[+\-]\d{2}(?::?\d{2})?)?)?$',
    ['a', 'mark', 'b', 'c', 'hour', 'minute', 'second', 'fraction', 'half', 'zone']
);

CREATE MACRO with_month_number(cell) AS CASE
    WHEN regexp_matches(cell, '^\d{1,2}[.\s\-/]+[A-Za-zä]{3,9}[.\s\-,/]+\d{2,4}') THEN
        regexp_extract(cell, '^(\d{1,2})', 1) || '.'
        || coalesce(month_number(regexp_extract(cell, '^\d{1,2}[.\s\-/]+([A-Za-zä]{3,9})', 1)), '99') || '.'
        || regexp_replace(cell, '^\d{1,2}[.\s\-/]+[A-Za-zä]{3,9}[.\s\-,/]+', '')
    WHEN regexp_matches(cell, '^[A-Za-zä]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}') THEN
        regexp_extract(cell, '^[A-Za-zä]{3,9}\.?\s+(\d{1,2})', 1) || '.'
        || coalesce(month_number(regexp_extract(cell, '^([A-Za-zä]{3,9})', 1)), '99') || '.'
        || regexp_replace(cell, '^[A-Za-zä]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+', '')
    ELSE cell
END;

CREATE MACRO full_year(year) AS CASE length(year) WHEN 4 THEN year WHEN 2 THEN CASE WHEN year >= '70' THEN '19' || year ELSE '20' || year END END;

CREATE MACRO day_text(parts, day_first) AS CASE
    WHEN length(parts.a) = 4 THEN parts.a || '-' || parts.b || '-' || CASE WHEN length(parts.c) <= 2 THEN parts.c END
    WHEN length(parts.a) = 3 THEN NULL
    WHEN parts.mark = '.' OR day_first THEN full_year(parts.c) || '-' || parts.b || '-' || parts.a
    ELSE full_year(parts.c) || '-' || parts.a || '-' || parts.b
END;

CREATE MACRO hour_text(hour, half) AS CASE
    WHEN hour = '' THEN '0'
    WHEN half = '' THEN hour
    WHEN try_cast(hour AS INTEGER) NOT BETWEEN 1 AND 12 THEN '99'
    ELSE ((try_cast(hour AS INTEGER) % 12) + CASE WHEN lower(half) = 'p' THEN 12 ELSE 0 END)::VARCHAR
END;

CREATE MACRO clock_text(parts) AS
    lpad(hour_text(parts.hour, parts.half), 2, '0') || ':' || CASE WHEN parts.minute = '' THEN '00' ELSE parts.minute END
    || ':' || CASE WHEN parts.second = '' THEN '00' ELSE parts.second END
    || CASE WHEN parts.fraction = '' THEN '' ELSE '.' || left(parts.fraction, 6) END;

CREATE MACRO zone_text(zone) AS CASE
    WHEN upper(zone) IN ('Z', 'UTC', 'GMT') THEN '+00'
    WHEN regexp_full_match(zone, '[+\-]\d{4}') THEN left(zone, 3) || ':' || right(zone, 2)
    ELSE zone
END;

CREATE MACRO utc(local, time_zone) AS timezone('UTC', timezone(time_zone, local));

CREATE MACRO written_moment(parts, day_first, time_zone) AS CASE
    WHEN parts.a IS NULL OR parts.a = '' THEN NULL
    WHEN parts.zone = '' THEN utc(try_cast(day_text(parts, day_first) || ' ' || clock_text(parts) AS TIMESTAMP), time_zone)
    ELSE timezone('UTC', try_cast(day_text(parts, day_first) || ' ' || clock_text(parts) || zone_text(parts.zone) AS TIMESTAMPTZ))
END;

CREATE MACRO counted_moment(cell, time_zone) AS CASE
    WHEN regexp_full_match(cell, '\d{5}([.,]\d+)?')
        THEN utc(TIMESTAMP '1899-12-30' + to_microseconds(try_cast(round(try_cast(replace(cell, ',', '.') AS DOUBLE) * 86400) * 1000000 AS BIGINT)), time_zone)
    WHEN regexp_full_match(cell, '(19|20)\d{6}')
        THEN utc(try_cast(cell[1:4] || '-' || cell[5:6] || '-' || cell[7:8] AS TIMESTAMP), time_zone)
    WHEN regexp_full_match(cell, '(19|20)\d{12}')
        THEN utc(try_cast(cell[1:4] || '-' || cell[5:6] || '-' || cell[7:8] || ' ' || cell[9:10] || ':' || cell[11:12] || ':' || cell[13:14] AS TIMESTAMP), time_zone)
    WHEN regexp_full_match(cell, '\d{9,10}(\.\d+)?') THEN make_timestamp(try_cast(try_cast(cell AS DOUBLE) * 1000000 AS BIGINT))
    WHEN regexp_full_match(cell, '\d{12,13}(\.\d+)?') THEN make_timestamp(try_cast(try_cast(cell AS DOUBLE) * 1000 AS BIGINT))
    WHEN regexp_full_match(cell, '\d{15,16}') THEN make_timestamp(try_cast(cell AS BIGINT))
END;

-- different_cells --
-- The different cells of a column that are not empty, as they are and without what surrounds them, with the rows that have each.
CREATE TABLE <cells> AS
WITH different AS MATERIALIZED (SELECT <field> AS raw, count(*) AS rows FROM <given> WHERE <field> IS NOT NULL GROUP BY <field>)
SELECT raw, cell, rows FROM (SELECT raw, filled(raw) AS cell, rows FROM different) WHERE cell IS NOT NULL;

-- all_whole --
-- Whether all ids of a column, or the first ones, are whole numbers that end in ".0".
SELECT coalesce(bool_and(id LIKE '%.0%' AND regexp_full_match(id, '\d+\.0+')), false)
FROM (SELECT <field> AS id FROM <given> WHERE <field> IS NOT NULL <top>);

-- wrong_emails --
-- How many e-mail addresses are none, and where the first of them is.
SELECT count(*), min(line) FROM <given> AS given WHERE <email> IS NOT NULL AND <read> IS NULL;

-- checked --
-- Adds the rows of one file to the checked ones: values, and the first thing that is wrong with each row.
INSERT INTO checked BY NAME
SELECT
    <file> AS file, given.row, given.line, <file> * 1000000000000 + given.row AS place, <selected>, <currency> AS currency,
    <default_currency> AS default_currency, <problem> AS problem
FROM <given> AS given<joins>;

-- decimal_evidence --
-- How many rows of a column of numbers show a decimal comma, a decimal point, or fit both.
SELECT
    coalesce(sum(rows) FILTER (comma AND NOT point), 0)::BIGINT,
    coalesce(sum(rows) FILTER (point AND NOT comma), 0)::BIGINT,
    coalesce(sum(rows) FILTER (regexp_full_match(digits, '[1-9]\d{0,2}[.,]\d{3}')), 0)::BIGINT,
    coalesce(min(cell) FILTER (regexp_full_match(digits, '[1-9]\d{0,2}[.,]\d{3}')), '')
FROM (
    SELECT cell, rows, digits, shows_comma(digits) AS comma, shows_point(digits) AS point
    FROM (SELECT cell, rows, number_parts(cell).digits AS digits FROM <cells>)
);

-- date_evidence --
-- How many rows of a column of dates with slashes or dashes show the day first, the month first, or fit both.
SELECT
    coalesce(sum(rows) FILTER (first > 12 AND second <= 12), 0)::BIGINT,
    coalesce(sum(rows) FILTER (second > 12 AND first <= 12), 0)::BIGINT,
    coalesce(sum(rows) FILTER (first <= 12 AND second <= 12 AND first <> second), 0)::BIGINT,
    coalesce(min(cell) FILTER (first <= 12 AND second <= 12 AND first <> second), '')
FROM (
    SELECT cell, rows, try_cast(parts.a AS INTEGER) AS first, try_cast(parts.b AS INTEGER) AS second
    FROM (SELECT cell, rows, date_parts(cell) AS parts FROM <cells>)
    WHERE parts.mark IN ('/', '-') AND length(parts.a) <= 2
);

-- pieces --
-- What the cells of a column of pieces say: number, or the code of what is wrong.
CREATE TABLE <parsed> AS
SELECT raw, cell, CASE WHEN problem IS NULL THEN value::BIGINT END AS value, problem
FROM (
    SELECT raw, cell, value, CASE
        WHEN scientific AND value IS NULL THEN 'too_big'
        WHEN parts.digits = '' AND NOT scientific THEN 'not_a_number'
        WHEN NOT scientific AND unit <> '' AND unit NOT IN (SELECT unit FROM piece_units) THEN 'not_pieces'
        WHEN value IS NULL AND length(parts.digits) > 15 THEN 'too_big'
        WHEN value IS NULL THEN 'wrong_decimal'
        WHEN value <> round(value) THEN 'fraction'
        WHEN abs(value) > 1000000000 THEN 'too_big'
    END AS problem
    FROM (
        SELECT raw, cell, parts, scientific, rtrim(lower(parts.before || parts.between || parts.after), '.') AS unit,
               CASE WHEN scientific THEN try_cast(try_cast(cell AS DOUBLE) AS DECIMAL(24, 6)) ELSE signed_value(parts, $decimal, $native) END AS value
        FROM (SELECT raw, cell, number_parts(cell) AS parts, is_scientific(cell) AS scientific FROM <cells>)
    )
);

-- money --
-- What the cells of a column of amounts say: number and currency, or the code of what is wrong.
CREATE TABLE <parsed> AS
SELECT raw, cell, CASE WHEN problem IS NULL THEN value END AS value, CASE WHEN problem IS NULL THEN code END AS currency, problem
FROM (
    SELECT raw, cell, value, currencies.code, CASE
        WHEN scientific AND value IS NULL THEN 'too_big'
        WHEN parts.digits = '' AND NOT scientific THEN 'not_a_number'
        WHEN NOT scientific AND sign <> '' AND currencies.code IS NULL THEN 'not_a_currency'
        WHEN value IS NULL AND length(parts.digits) > 15 THEN 'too_big'
        WHEN value IS NULL THEN 'wrong_decimal'
        WHEN abs(value) > 1000000000000 THEN 'too_big'
    END AS problem
    FROM (
        SELECT raw, cell, parts, scientific, rtrim(upper(parts.before || parts.between || parts.after), '.') AS sign,
               CASE WHEN scientific THEN try_cast(try_cast(cell AS DOUBLE) AS DECIMAL(24, 6)) ELSE signed_value(parts, $decimal, $native) END AS value
        FROM (SELECT raw, cell, number_parts(cell) AS parts, is_scientific(cell) AS scientific FROM <cells>)
    )
    LEFT JOIN currencies USING (sign)
);

-- moments --
-- What the cells of a column of dates say: a moment in UTC, or the code of what is wrong.
CREATE TABLE <parsed> AS
SELECT raw, cell, value, CASE
    WHEN value IS NULL THEN 'not_a_date'
    WHEN value > $latest::TIMESTAMP THEN 'future'
    WHEN value < TIMESTAMP '1990-01-01' THEN 'too_old'
END AS problem
FROM (
    SELECT raw, cell, coalesce(counted_moment(cell, $time_zone), written_moment(parts, $day_first, $time_zone)) AS value
    FROM (SELECT raw, cell, date_parts(spelled) AS parts FROM (SELECT raw, cell, with_month_number(cell) AS spelled FROM <cells>))
);

-- birthdays --
-- What the cells of a column of dates of birth say: a day, or the code of what is wrong.
CREATE TABLE <parsed> AS
SELECT raw, cell, value::DATE AS value, CASE
    WHEN value IS NULL THEN 'not_a_date'
    WHEN value > $latest::TIMESTAMP OR value < TIMESTAMP '1900-01-01' THEN 'impossible_birthday'
END AS problem
FROM (
    SELECT raw, cell, coalesce(counted_moment(cell, 'UTC'), written_moment(parts, $day_first, 'UTC')) AS value
    FROM (SELECT raw, cell, date_parts(spelled) AS parts FROM (SELECT raw, cell, with_month_number(cell) AS spelled FROM <cells>))
);

-- rejected --
-- The rows of one file that cannot be used, as they were.
CREATE TABLE <rejected> AS
SELECT checked.line, checked.problem, raw.rest<columns>
FROM checked JOIN <raw> AS raw ON raw.row = checked.row
WHERE checked.file = <file> AND checked.problem IS NOT NULL
ORDER BY checked.row
<top>;

-- page_of_rejected --
-- Some of them.
SELECT * FROM <rejected> WHERE rowid >= $first AND rowid < $last ORDER BY rowid;

-- make_last_rows --
-- Of rows about the same thing the last one, with how many there were.
CREATE TABLE last_rows AS
SELECT *, count(*) OVER (PARTITION BY <key>) AS copies
FROM checked
WHERE problem IS NULL
QUALIFY row_number() OVER (PARTITION BY <key> ORDER BY place DESC) = 1
ORDER BY place;

-- repeated --
-- How many rows were replaced by later ones, and whose they are.
SELECT coalesce(sum(copies - 1), 0)::BIGINT, coalesce(min(<example>)::VARCHAR, '') FROM last_rows WHERE copies > 1;

-- page_of_last_rows --
-- Some of the last rows of one file, with its other columns.
SELECT last_rows.*<others>
FROM last_rows JOIN <raw> AS raw ON raw.row = last_rows.row
WHERE last_rows.file = $file AND last_rows.rowid >= $first AND last_rows.rowid < $last
ORDER BY last_rows.rowid;

-- numeric --
-- Whether all cells of a column are numbers with this decimal sign.
SELECT count(<column>) > 0 AND coalesce(bool_and(regexp_full_match(stripped(<column>), <pattern>)), true)
FROM <raw>
WHERE stripped(<column>) IS NOT NULL;

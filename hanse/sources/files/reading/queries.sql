-- read_well_formed --
-- Reads delimited text that keeps to the rules (RFC 4180), all cells as they are; empty ones become null.
CREATE TABLE <cells> AS
SELECT *
FROM read_csv(<file>, <options>, auto_detect = false, header = false, quote = '"', escape = '"', strict_mode = true, nullstr = '');

-- number_lines --
-- Shows the rows of well-formed text as a raw table; each stood on a line of its own, from a first one on.
CREATE VIEW <name> AS SELECT rowid AS row, rowid + <first> AS line, NULL::VARCHAR AS problem, NULL::VARCHAR AS rest, * FROM <cells>;

-- read_lines --
-- Reads lines whole, by a separator that valid JSON never holds.
CREATE TABLE <lines> AS
SELECT *
FROM read_csv(
    <file>, delim = chr(1), columns = {'text': 'VARCHAR'}, auto_detect = false, header = false, quote = '', escape = '',
    strict_mode = true, max_line_size = 8388608
);

-- number_objects --
-- Shows the lines that are not empty with their numbers.
CREATE VIEW <name> AS SELECT rowid + 1 AS line, ltrim(text, chr(65279)) AS text FROM <lines> WHERE text IS NOT NULL;

-- read_json_array --
-- Reads the objects of one array with their numbers.
CREATE TABLE <name> AS
SELECT row_number() OVER () AS line, json::VARCHAR AS text
FROM read_json_objects(<file>, format = 'array', maximum_object_size = <longest>, compression = 'none')
<top>;

-- judge_objects --
-- Says of each line whether it is a JSON object.
CREATE TABLE <judged> AS
SELECT line, text, CASE WHEN json_valid(text) THEN coalesce(json_type(text) = 'OBJECT', false) ELSE false END AS good FROM <objects>;

-- json_keys --
-- The keys of all objects in the order in which they first come.
SELECT key
FROM (
    SELECT line, unnest(keys) AS key, generate_subscripts(keys, 1) AS place
    FROM (SELECT line, CASE WHEN good THEN json_keys(text) END AS keys FROM <judged>)
)
GROUP BY key
ORDER BY min(line * 10000 + place)
LIMIT <most>;

-- has_items --
-- Whether any of the objects has an array of objects under a key.
SELECT coalesce(bool_or(CASE WHEN good THEN json_type(text, <path>) = 'ARRAY' AND json_type(text, <path> || '/0') = 'OBJECT' END), false) FROM <judged>;

-- do_not_unfold --
-- Takes each object as one row.
CREATE VIEW <unfolded> AS SELECT line, text, good, NULL::VARCHAR AS item FROM <judged>;

-- unfold --
-- Makes one row of each object in an array that the objects have, with the rest of the object beside it; an object without such
-- an array stays one row.
CREATE TABLE <unfolded> AS
SELECT line, text, good, unnest(CASE WHEN len(items) > 0 THEN items ELSE [NULL] END) AS item
FROM (
    SELECT line, text, good, CASE WHEN good THEN TRY_CAST(json_extract(text, <path>) AS VARCHAR[]) END AS items
    FROM <judged>
);

-- item_keys --
-- The keys of the objects in an array, in the order in which they first come.
SELECT key
FROM (
    SELECT line, unnest(keys) AS key, generate_subscripts(keys, 1) AS place
    FROM (SELECT line, CASE WHEN json_type(item) = 'OBJECT' THEN json_keys(item) END AS keys FROM <unfolded>)
)
GROUP BY key
ORDER BY min(line * 10000 + place)
LIMIT <most>;

-- spread_objects --
-- Gives each key of the objects, and of the items in them, a column; what is no object is kept whole, with what is wrong.
CREATE TABLE <raw> AS
SELECT
    row_number() OVER (ORDER BY line) AS row, line,
    CASE WHEN good THEN NULL ELSE 'not_json' END AS problem, CASE WHEN good THEN NULL ELSE text END AS rest<cells>
FROM (
    SELECT line, text, good, CASE WHEN good THEN <taken> END AS cells, CASE WHEN json_valid(item) THEN <item_taken> END AS item_cells
    FROM <unfolded>
);

-- read_parquet --
-- Reads all columns of a Parquet file as texts, with the numbers of the rows.
CREATE TABLE <raw> AS
SELECT file_row_number AS row, file_row_number + 1 AS line, NULL::VARCHAR AS problem, NULL::VARCHAR AS rest<cells>
FROM read_parquet(<file>, file_row_number = true)
<top>;

-- read_well_formed --
-- Reads delimited text that keeps to the rules (RFC 4180), all cells as they are; empty ones become null.
CREATE TABLE <cells> AS
SELECT *
FROM read_csv(<file>, <options>, auto_detect = false, header = false, quote = '"', escape = '"', strict_mode = true, nullstr = '');

-- number_lines --
-- Shows the rows of well-formed text as a raw table; each stood on a line of its own, from a first one on.
CREATE VIEW <name> AS SELECT rowid + <first> AS line, NULL::VARCHAR AS problem, NULL::VARCHAR AS rest, * FROM <cells>;

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

-- spread_objects --
-- Gives each key of the objects a column; what is no object is kept whole, with what is wrong.
CREATE TABLE <raw> AS
SELECT line, CASE WHEN good THEN NULL ELSE 'not_json' END AS problem, CASE WHEN good THEN NULL ELSE text END AS rest<cells>
FROM (SELECT line, text, good, CASE WHEN good THEN <taken> END AS cells FROM <judged>);

-- read_parquet --
-- Reads all columns of a Parquet file as texts, with the numbers of the rows.
CREATE TABLE <raw> AS
SELECT file_row_number + 1 AS line, NULL::VARCHAR AS problem, NULL::VARCHAR AS rest<cells>
FROM read_parquet(<file>, file_row_number = true)
<top>;

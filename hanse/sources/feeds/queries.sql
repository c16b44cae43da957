-- list --
-- The files that are written every night, with what came of it last.
SELECT name, format, options, changed_at, written_at, products, left_out, findings, bytes, problem
FROM catalog_exports
WHERE %(name)s::text IS NULL OR name = %(name)s
ORDER BY name;

-- save --
-- Keeps how a file is to be written.
INSERT INTO catalog_exports (name, format, options, changed_at)
VALUES (%(name)s, %(format)s, %(options)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET format = excluded.format, options = excluded.options, changed_at = excluded.changed_at;

-- remove --
-- Has a file be written no more.
DELETE FROM catalog_exports WHERE name = %(name)s RETURNING format;

-- note --
-- Notes what came of writing a file.
UPDATE catalog_exports
SET written_at = %(now)s, products = %(products)s, left_out = %(left_out)s, findings = %(findings)s, bytes = %(bytes)s, problem = ''
WHERE name = %(name)s;

-- note_problem --
-- Notes why a file could not be written; what is known of the one before stays.
UPDATE catalog_exports SET problem = %(problem)s WHERE name = %(name)s;

-- rules --
-- All rules, the oldest first.
SELECT rule_id, version, draft, changed_by, changed_at FROM search_rules ORDER BY rule_id;

-- lock --
-- Has changes of the rules follow one another, as each looks at all of them.
SELECT pg_advisory_xact_lock(hashtext('hanse.search_rules'));

-- put --
-- Writes a rule.
INSERT INTO search_rules (rule_id, version, draft, changed_by, changed_at)
VALUES (%(rule_id)s, %(version)s, %(draft)s, %(changed_by)s, %(now)s)
ON CONFLICT (rule_id) DO UPDATE SET
    version = excluded.version, draft = excluded.draft, changed_by = excluded.changed_by, changed_at = excluded.changed_at;

-- delete --
-- Deletes a rule.
DELETE FROM search_rules WHERE rule_id = %(rule_id)s;

-- note --
-- Remembers a change.
INSERT INTO search_rule_changes (change_id, action, rule_id, before, after, changed_by, changed_at)
VALUES (%(change_id)s, %(action)s, %(rule_id)s, %(before)s, %(after)s, %(changed_by)s, %(now)s);

-- changes --
-- The latest changes, the newest first.
SELECT change_id, action, rule_id, before, after, changed_by, changed_at, undone_at
FROM search_rule_changes
ORDER BY sequence DESC
LIMIT %(limit)s;

-- change --
-- One change that can be taken back: the one that is named, or the last one.
SELECT change_id, sequence, rule_id, before, after
FROM search_rule_changes
WHERE undone_at IS NULL AND action <> 'undone' AND (%(change_id)s::uuid IS NULL OR change_id = %(change_id)s)
ORDER BY sequence DESC
LIMIT 1;

-- later_change --
-- Whether a rule was changed after a change of it, and who did it last.
SELECT changed_by
FROM search_rule_changes
WHERE rule_id = %(rule_id)s AND sequence > %(sequence)s AND undone_at IS NULL AND action <> 'undone'
ORDER BY sequence DESC
LIMIT 1;

-- mark_undone --
-- Notes that a change was taken back.
UPDATE search_rule_changes SET undone_at = %(now)s WHERE change_id = %(change_id)s;

-- facet_numbers --
-- The numbers of values of facets, by the value or its title in any language; of a facet without a value, all of its values.
SELECT wanted.name, wanted.value, facet.facet_id
FROM unnest(%(names)s::text[], %(values)s::text[]) AS wanted (name, value)
JOIN search_facets AS facet ON facet.name = wanted.name
 AND (wanted.value = '' OR facet.value = wanted.value OR EXISTS (SELECT FROM jsonb_each_text(facet.title) AS said WHERE lower(said.value) = wanted.value));

-- members --
-- What is in the index of some products and their variants.
SELECT product_id, group_id FROM search_entries WHERE product_id = ANY (%(product_ids)s) OR group_id = ANY (%(product_ids)s);

-- indexed --
-- Which products are in the index.
SELECT product_id FROM search_entries WHERE product_id = ANY (%(product_ids)s);

-- titles --
-- What some products are called.
SELECT product_id, title, image_url FROM products WHERE product_id = ANY (%(product_ids)s);

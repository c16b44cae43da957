-- add --
-- Keeps a proposed revision.
INSERT INTO catalog_revisions (
    revision_id, source, file_name, scope, state, header, price_jump_share, proposed_by, proposed_at
)
VALUES (%(revision_id)s, %(source)s, %(file_name)s, %(scope)s, 'proposed', %(header)s, %(price_jump_share)s, %(proposed_by)s, %(now)s);

-- texts --
-- The texts of a product with how they came to be, for whoever is about to change them.
SELECT product_id, source, title, description, text_origins FROM products WHERE product_id = %(product_id)s FOR UPDATE;

-- add_change --
-- Keeps what a revision changes of one product.
INSERT INTO catalog_changes (revision_id, product_id, action, before, after)
VALUES (%(revision_id)s, %(product_id)s, 'changed', %(before)s, %(after)s);

-- note --
-- Notes what came of comparing.
UPDATE catalog_revisions SET state = %(state)s, counts = %(counts)s, findings = %(findings)s WHERE revision_id = %(revision_id)s;

-- lock --
-- One revision, for whoever is about to decide on it.
SELECT * FROM catalog_revisions WHERE revision_id = %(revision_id)s FOR UPDATE;

-- find --
-- One revision.
SELECT * FROM catalog_revisions WHERE revision_id = %(revision_id)s;

-- decide --
-- Notes what was decided on a revision.
UPDATE catalog_revisions
SET state = %(state)s, decided_by = %(decided_by)s, decided_at = %(now)s, counts = counts || %(counts)s,
    applied_at = CASE %(state)s WHEN 'applied' THEN %(now)s ELSE applied_at END,
    undone_at = CASE %(state)s WHEN 'undone' THEN %(now)s ELSE undone_at END
WHERE revision_id = %(revision_id)s;

-- list --
-- Revisions, the newest first, from a place in that order on.
SELECT *
FROM catalog_revisions
WHERE (%(state)s::text IS NULL OR state = %(state)s)
  AND (
      %(cursor)s::uuid IS NULL
      OR (proposed_at, revision_id) < (SELECT proposed_at, revision_id FROM catalog_revisions WHERE revision_id = %(cursor)s)
  )
ORDER BY proposed_at DESC, revision_id DESC
LIMIT %(limit)s;

-- changes --
-- What a revision changes, by product id, from one on.
SELECT product_id, action, before, after, line, price_jump_share, is_undone
FROM catalog_changes
WHERE revision_id = %(revision_id)s
  AND (%(action)s::text IS NULL OR action = %(action)s)
  AND (NOT %(price_jumps)s OR price_jump_share IS NOT NULL)
  AND (%(after_id)s::text IS NULL OR product_id > %(after_id)s)
ORDER BY product_id
LIMIT %(limit)s;

-- titles --
-- How some products are called.
SELECT product_id, title FROM products WHERE product_id = ANY (%(product_ids)s);

-- findings --
-- What is wrong or odd in the feed of a revision, by line.
SELECT position, code, line, product_id, facts
FROM catalog_findings
WHERE revision_id = %(revision_id)s
  AND (%(code)s::text IS NULL OR code = %(code)s)
  AND position > %(after_position)s
ORDER BY position
LIMIT %(limit)s;

-- history --
-- What revisions changed of one product, the newest first.
SELECT revision_id, revision.source, revision.file_name, change.action, change.before, change.after, change.is_undone,
       revision.applied_at, CASE WHEN change.is_undone THEN revision.undone_at END AS undone_at, revision.decided_by
FROM catalog_changes AS change JOIN catalog_revisions AS revision USING (revision_id)
WHERE change.product_id = %(product_id)s AND revision.applied_at IS NOT NULL
ORDER BY revision.applied_at DESC, revision_id DESC
LIMIT %(limit)s;

-- prices --
-- All prices that a product ever had, by list and quantity, the newest first.
SELECT price_list, min_quantity, amount_minor, currency, nullif(valid_from, '-infinity') AS valid_from, nullif(valid_until, 'infinity') AS valid_until
FROM prices
WHERE product_id = %(product_id)s
ORDER BY price_list <> 'list', price_list, currency, min_quantity, prices.valid_from DESC
LIMIT %(limit)s;

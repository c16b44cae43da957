-- known_products --
-- Which of some products the catalog has.
SELECT product_id FROM products WHERE product_id = ANY(%(product_ids)s);

-- products --
-- Products as they are in the catalog, with their price for everybody in each currency and their stock.
SELECT
    product_id, parent_id, state, title, description, category, brand, gtin, url, image_url, attributes,
    (
        SELECT coalesce(jsonb_object_agg(currency, amount_minor), '{}') FROM prices
        WHERE prices.product_id = products.product_id AND price_list = 'list' AND min_quantity = 1 AND valid_from = '-infinity'
    ) AS prices,
    (SELECT quantity FROM stock WHERE stock.product_id = products.product_id AND location = 'main') AS stock
FROM products
WHERE product_id = ANY(%(product_ids)s);

-- profiles --
-- Profiles with what is known of them.
SELECT profile_id, kind, traits, created_at FROM profiles WHERE profile_id = ANY(%(profile_ids)s);

-- make_months --
-- Makes the log's partitions for some months.
SELECT ensure_month('events', month) FROM unnest(%(months)s::timestamptz[]) AS month;

-- owners --
-- The profiles that some identities belong to, and whether those profiles have a user id.
SELECT kind, value, found.profile_id,
       EXISTS (SELECT FROM identities AS other WHERE other.profile_id = ANY(profile_members(found.profile_id)) AND other.kind = 'user_id') AS has_user_id
FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS wanted (kind, value)
CROSS JOIN LATERAL (
    SELECT profile_id FROM identities WHERE identities.kind = wanted.kind AND identities.value = wanted.value LIMIT 1
) AS found;

-- add_identities --
-- Adds identities, in order, so that two transactions never block each other; one that somebody has stays theirs.
INSERT INTO identities (kind, value, profile_id, source, created_at)
SELECT kind, value, profile_id, %(source)s, %(now)s
FROM unnest(%(kinds)s::text[], %(values)s::text[], %(owners)s::uuid[]) AS added (kind, value, profile_id)
ON CONFLICT (kind, value) DO NOTHING;

-- join_profile --
-- Gives all of a profile that was just made to the one that somebody else made of the same person.
WITH events_given AS (UPDATE events SET profile_id = %(owner)s WHERE profile_id = %(planned)s),
identities_given AS (UPDATE identities SET profile_id = %(owner)s WHERE profile_id = %(planned)s)
DELETE FROM profiles WHERE profile_id = %(planned)s;

-- known_orders --
-- Which of some messages the log has, and by what their content is told apart.
SELECT message_key, events.context ->> 'content_hash' AS content_hash
FROM event_messages LEFT JOIN events ON events.event_id = event_messages.event_id
WHERE message_key = ANY(%(message_keys)s);

-- make_staged_orders --
-- An empty table, gone at commit, for orders that come again.
CREATE TEMPORARY TABLE IF NOT EXISTS staged_orders (message_key uuid, properties jsonb) ON COMMIT DROP;

-- empty_staged_orders --
-- Empties it for the next ones.
TRUNCATE staged_orders;

-- changed_orders --
-- The orders that the log has with other content than the staged ones.
SELECT staged.properties ->> 'order_id' AS order_id
FROM staged_orders AS staged
JOIN event_messages USING (message_key)
JOIN events ON events.event_id = event_messages.event_id
WHERE events.properties <> staged.properties
ORDER BY 1;

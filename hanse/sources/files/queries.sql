-- known_products --
-- Which of some products the catalog has.
SELECT product_id FROM products WHERE product_id = ANY(%(product_ids)s);

-- products --
-- Products as they are in the catalog, with their price for everybody in each currency and their stock.
SELECT
    product_id, parent_id, state, title, description, category, brand, gtin, url, image_url, attributes, text_origins,
    (
        SELECT coalesce(jsonb_object_agg(currency, amount_minor), '{}') FROM prices
        WHERE prices.product_id = products.product_id AND price_list = 'list' AND min_quantity = 1 AND valid_until = 'infinity'
    ) AS prices,
    (SELECT quantity FROM stock WHERE stock.product_id = products.product_id AND location = 'main') AS stock
FROM products
WHERE product_id = ANY(%(product_ids)s);

-- known_people --
-- What is known of those whom some profiles are: their kind, what is given by all sources but as a fallback, and what one source says of the very profile.
SELECT one.profile_id, stands.kind, profile_traits(profile_members(one.profile_id), sure => true) AS given,
    (
        SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM traits
        WHERE traits.profile_id = one.profile_id AND source = %(source)s AND NOT is_fallback
    ) AS own
FROM profiles AS one JOIN profiles AS stands ON stands.profile_id = coalesce(one.merged_into, one.profile_id)
WHERE one.profile_id = ANY(%(profile_ids)s);

-- put_kinds --
-- Notes who is a person and who a company, for all profiles of each.
UPDATE profiles SET kind = told.kind
FROM unnest(%(profile_ids)s::uuid[], %(kinds)s::text[]) AS told (profile_id, kind)
CROSS JOIN LATERAL unnest(profile_members(told.profile_id)) AS member (profile_id)
WHERE profiles.profile_id = member.profile_id AND profiles.kind <> told.kind;

-- make_months --
-- Makes the log's partitions for some months.
SELECT ensure_month('events', month) FROM unnest(%(months)s::timestamptz[]) AS month;

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

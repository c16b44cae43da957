-- insert_connection --
-- Notes a connected shop; one that was disconnected is connected again under its name, and keeps what is known of it.
INSERT INTO shop_connections (connection_id, name, system, source, url, state, options, secrets, created_at)
VALUES (%(connection_id)s, %(name)s, %(system)s, %(source)s, %(url)s, %(state)s, %(options)s, %(secrets)s, %(now)s)
ON CONFLICT (name) DO UPDATE
SET source = excluded.source, url = excluded.url, state = excluded.state, options = excluded.options, secrets = excluded.secrets,
    last_error = NULL, last_error_at = NULL
WHERE shop_connections.state = 'disconnected' AND shop_connections.system = excluded.system
RETURNING connection_id;

-- change_connection --
-- Changes where a connected shop is, how it is read, and its secrets; what went wrong with the old ones is forgotten.
UPDATE shop_connections
SET url = %(url)s, options = %(options)s, secrets = %(secrets)s, state = %(state)s, last_error = NULL, last_error_at = NULL
WHERE connection_id = %(connection_id)s;

-- came --
-- Of each connection: what waits to be taken in, and what could not be, over all connections of its source.
SELECT
    connection.name,
    (SELECT count(*) FROM deliveries WHERE deliveries.connection_id = connection.connection_id AND deliveries.state = 'received') AS waiting,
    (
        SELECT count(*) FROM dead_letters
        WHERE dead_letters.kind = 'delivery' AND dead_letters.source = connection.source AND dead_letters.state = 'open'
    ) AS refused
FROM shop_connections AS connection;

-- known_things --
-- How many things of a shop are known, by kind.
SELECT kind, count(*) AS count FROM shop_resources WHERE connection_id = %(connection_id)s AND local_ids <> '{}' GROUP BY kind ORDER BY kind;

-- connections --
-- All connected shops.
SELECT connection_id, name, system, source, url, state, options, created_at, last_delivery_at, last_polled_at, last_error, last_error_at
FROM shop_connections
ORDER BY name;

-- connection_by_name --
-- One connected shop with its secrets.
SELECT * FROM shop_connections WHERE name = %(name)s;

-- lock_connection --
-- One connected shop, for the transaction that is about to change it.
SELECT * FROM shop_connections WHERE name = %(name)s FOR UPDATE;

-- connection_by_id --
-- One connected shop with its secrets.
SELECT * FROM shop_connections WHERE connection_id = %(connection_id)s;

-- put_secrets --
-- Changes the secrets of a connection.
UPDATE shop_connections SET secrets = %(secrets)s WHERE connection_id = %(connection_id)s;

-- put_state --
-- Changes the state of a connection.
UPDATE shop_connections SET state = %(state)s WHERE connection_id = %(connection_id)s;

-- disconnect --
-- Ends a connection and forgets its secrets; what came from it stays.
UPDATE shop_connections SET state = 'disconnected', secrets = NULL
WHERE name = %(name)s AND (state <> 'disconnected' OR secrets IS NOT NULL)
RETURNING connection_id;

-- note_delivery --
-- Notes that a connection has delivered something.
UPDATE shop_connections SET last_delivery_at = greatest(last_delivery_at, %(now)s) WHERE connection_id = %(connection_id)s;

-- note_poll --
-- Notes that a connection was polled, and what went wrong.
UPDATE shop_connections
SET last_polled_at = CASE WHEN %(error)s::text IS NULL THEN %(now)s ELSE last_polled_at END,
    last_error = %(error)s,
    last_error_at = CASE WHEN %(error)s::text IS NULL THEN NULL ELSE %(now)s END
WHERE connection_id = %(connection_id)s;

-- insert_delivery --
-- Keeps a delivery as it came; one that is here already is left alone.
INSERT INTO deliveries (delivery_id, connection_id, topic, event_id, triggered_at, received_at, body)
VALUES (%(delivery_id)s, %(connection_id)s, %(topic)s, %(event_id)s, %(triggered_at)s, %(received_at)s, %(body)s)
ON CONFLICT (connection_id, topic, event_id) DO NOTHING
RETURNING delivery_id;

-- waiting_delivery --
-- A delivery that is still to be taken in.
SELECT delivery_id, connection_id, topic, event_id, triggered_at, received_at, body, attempts
FROM deliveries
WHERE delivery_id = %(delivery_id)s AND state = 'received';

-- lock_delivery --
-- The same, for the transaction that takes it in.
SELECT attempts FROM deliveries WHERE delivery_id = %(delivery_id)s AND state = 'received' FOR UPDATE;

-- be_quick --
-- Gives up waiting for others after two seconds, in this transaction: a shop waits for our answer, Shopify for five.
SET LOCAL lock_timeout = '2s';

-- finish_delivery --
-- Notes what became of a delivery.
UPDATE deliveries
SET state = %(state)s, note = %(note)s, attempts = attempts + 1, next_attempt_at = NULL, finished_at = %(now)s
WHERE delivery_id = %(delivery_id)s;

-- postpone_delivery --
-- Notes why a delivery could not be taken in now, and when it is tried again.
UPDATE deliveries SET attempts = attempts + 1, next_attempt_at = %(next_attempt_at)s, note = %(note)s
WHERE delivery_id = %(delivery_id)s AND state = 'received';

-- waiting_deliveries --
-- Deliveries whose time has come, the oldest first; those that nobody tried yet are given a moment.
SELECT delivery_id FROM deliveries
WHERE state = 'received' AND coalesce(next_attempt_at, received_at + interval '1 minute') <= %(now)s
ORDER BY received_at
LIMIT %(limit)s;

-- forget_bodies --
-- Forgets the bodies of deliveries that are done with.
UPDATE deliveries SET body = NULL WHERE body IS NOT NULL AND state <> 'received' AND finished_at < %(before)s;

-- delete_deliveries --
-- Forgets old deliveries.
DELETE FROM deliveries WHERE state <> 'received' AND finished_at < %(before)s;

-- positions --
-- How far the polls of a connection have read.
SELECT kind, since, cursor, newest_at, begun_at FROM poll_positions WHERE connection_id = %(connection_id)s;

-- put_position --
-- Notes how far a poll has read.
INSERT INTO poll_positions (connection_id, kind, since, cursor, newest_at, begun_at, polled_at)
VALUES (%(connection_id)s, %(kind)s, %(since)s, %(cursor)s, %(newest_at)s, %(begun_at)s, %(now)s)
ON CONFLICT (connection_id, kind) DO UPDATE
SET since = excluded.since, cursor = excluded.cursor, newest_at = excluded.newest_at, begun_at = excluded.begun_at, polled_at = excluded.polled_at;

-- put_versions --
-- Takes in versions of things of a shop where they are newer than what is known, and tells of each whether it was, whether it is the
-- very same, and what the thing was called before.
WITH given AS (
    SELECT *
    FROM jsonb_to_recordset(%(versions)s::jsonb) AS given (kind text, resource_id text, changed_at timestamptz, digest text, local_ids text[], said text[])
), taken AS (
    INSERT INTO shop_resources (connection_id, kind, resource_id, changed_at, digest, local_ids, said)
    SELECT %(connection_id)s, kind, resource_id, changed_at, digest, local_ids, said FROM given ORDER BY kind, resource_id
    ON CONFLICT (connection_id, kind, resource_id) DO UPDATE
    SET changed_at = excluded.changed_at,
        digest = excluded.digest,
        local_ids = excluded.local_ids,
        said = excluded.said,
        previous_ids = shop_resources.local_ids
    WHERE shop_resources.changed_at < excluded.changed_at
       OR (shop_resources.changed_at = excluded.changed_at AND shop_resources.digest <> excluded.digest)
    RETURNING kind, resource_id, previous_ids
)
SELECT
    given.kind,
    given.resource_id,
    taken.kind IS NOT NULL AS newer,
    coalesce(taken.previous_ids, '{}') AS previous_ids,
    coalesce(known.said, '{}') AS previously_said,  -- as it was before this statement
    coalesce(known.changed_at = given.changed_at AND known.digest = given.digest, false) AS same
FROM given
LEFT JOIN taken USING (kind, resource_id)
LEFT JOIN shop_resources AS known
    ON known.connection_id = %(connection_id)s AND known.kind = given.kind AND known.resource_id = given.resource_id;

-- forget_versions --
-- Forgets the versions of things that could not be used yet, so that they count when they are told again.
DELETE FROM shop_resources WHERE connection_id = %(connection_id)s AND kind = %(kind)s AND resource_id = ANY(%(resource_ids)s);

-- live_products --
-- The products of a shop that were there at a moment, as far as is known.
SELECT resource_id FROM shop_resources
WHERE connection_id = %(connection_id)s AND kind = 'product' AND local_ids <> '{}' AND changed_at < %(before)s
ORDER BY resource_id;

-- discontinue --
-- Takes products out of the range that no thing of the shop is called any more; a PIM only those that no shop has either.
UPDATE products SET state = 'discontinued', updated_at = %(now)s
WHERE product_id = ANY(%(product_ids)s)
  AND state <> 'discontinued'
  AND NOT EXISTS (
      SELECT FROM shop_resources
      WHERE (connection_id = %(connection_id)s OR connection_id = ANY(%(others)s)) AND kind = 'product' AND local_ids @> ARRAY[product_id]
  );

-- others --
-- The other connections that are active.
SELECT connection_id, system FROM shop_connections WHERE state = 'active' AND connection_id <> %(connection_id)s;

-- said_elsewhere --
-- What other connections know of products: which of them it is, and which fields it says. What a shop removed is still known to it.
SELECT connection_id, local_ids, previous_ids, said
FROM shop_resources
WHERE kind = 'product' AND connection_id = ANY(%(others)s)
  AND (local_ids && %(product_ids)s::text[] OR (local_ids = '{}' AND previous_ids && %(product_ids)s::text[]));

-- media --
-- The pictures and documents of some products.
SELECT product_id, media FROM products WHERE product_id = ANY(%(product_ids)s);

-- put_media --
-- Writes pictures and documents of products where they are others than before.
UPDATE products SET media = told.media, updated_at = %(now)s
FROM jsonb_to_recordset(%(told)s::jsonb) AS told (product_id text, media jsonb)
WHERE products.product_id = told.product_id AND products.media <> told.media;

-- forget_stated --
-- Forgets what products of a source state of others.
DELETE FROM stated_relations WHERE source = %(source)s AND stated_by = ANY(%(owners)s);

-- put_stated --
-- Keeps what products of a source state of others, also of those that are not in the catalog yet.
INSERT INTO stated_relations (source, stated_by, product_id, kind, related_id, quantity)
SELECT %(source)s, stated_by, product_id, kind, related_id, quantity
FROM jsonb_to_recordset(%(relations)s::jsonb) AS told (stated_by text, product_id text, kind text, related_id text, quantity integer)
ON CONFLICT DO NOTHING;

-- drop_relations --
-- Takes away the relations that products of a source no longer state; those of others stay.
DELETE FROM product_relations AS relation
WHERE source = %(source)s AND stated_by = ANY(%(owners)s)
  AND NOT EXISTS (
      SELECT FROM stated_relations AS stated
      WHERE stated.source = relation.source AND stated.stated_by = relation.stated_by
        AND (stated.product_id, stated.kind, stated.related_id) = (relation.product_id, relation.kind, relation.related_id)
  );

-- bring_in_relations --
-- Brings in what is stated of some products, or of all, where both are in the catalog now; what others have said first stays theirs.
INSERT INTO product_relations (product_id, kind, related_id, quantity, source, stated_by)
SELECT DISTINCT ON (product_id, kind, related_id) product_id, kind, related_id, quantity, source, stated_by
FROM stated_relations AS stated
WHERE (%(product_ids)s::text[] IS NULL OR product_id = ANY(%(product_ids)s) OR related_id = ANY(%(product_ids)s))
  AND EXISTS (SELECT FROM products WHERE products.product_id = stated.product_id)
  AND EXISTS (SELECT FROM products WHERE products.product_id = stated.related_id)
ORDER BY product_id, kind, related_id, source, stated_by
ON CONFLICT (product_id, kind, related_id) DO UPDATE SET quantity = excluded.quantity
WHERE product_relations.source = excluded.source AND product_relations.stated_by = excluded.stated_by
  AND product_relations.quantity IS DISTINCT FROM excluded.quantity;

-- products --
-- Products as they are in the catalog.
SELECT product_id, parent_id, state, title, description, category, brand, gtin, url, image_url, attributes, text_origins
FROM products
WHERE product_id = ANY(%(product_ids)s)
ORDER BY product_id
FOR UPDATE;

-- prices --
-- What some products cost everybody.
SELECT product_id, currency, amount_minor FROM prices
WHERE product_id = ANY(%(product_ids)s) AND price_list = 'list' AND min_quantity = 1 AND valid_until = 'infinity';

-- known_people --
-- What is given, by all sources but as a fallback, of those whom some profiles are.
SELECT wanted.profile_id, profile_traits(profile_members(wanted.profile_id), sure => true) AS given FROM unnest(%(profile_ids)s::uuid[]) AS wanted (profile_id);

-- insert_request --
-- Keeps a privacy request; one that is here already is left alone.
INSERT INTO privacy_requests (request_id, connection_id, kind, request_key, subject, received_at, due_at)
VALUES (%(request_id)s, %(connection_id)s, %(kind)s, %(request_key)s, %(subject)s, %(now)s, %(due_at)s)
ON CONFLICT (connection_id, kind, request_key) DO NOTHING
RETURNING request_id;

-- requests --
-- Privacy requests, those that are due first on top.
SELECT request_id, shop_connections.name AS connection, kind, subject, privacy_requests.state, received_at, due_at, closed_at
FROM privacy_requests JOIN shop_connections USING (connection_id)
WHERE %(state)s::text IS NULL OR privacy_requests.state = %(state)s
ORDER BY due_at, request_id
LIMIT %(limit)s;

-- close_request --
-- Closes a privacy request that is open.
UPDATE privacy_requests SET state = %(state)s, closed_at = %(now)s WHERE request_id = %(request_id)s AND state = 'open';

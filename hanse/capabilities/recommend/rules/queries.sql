-- rules --
-- All rules in their order.
SELECT rule_id, position, version, draft, changed_by, changed_at FROM recommendation_rules ORDER BY position, rule_id;

-- lock --
-- Has changes of the rules follow one another, as each looks at all of them.
SELECT pg_advisory_xact_lock(hashtext('hanse.recommendation_rules'));

-- put --
-- Writes a rule.
INSERT INTO recommendation_rules (rule_id, position, version, draft, changed_by, changed_at)
VALUES (%(rule_id)s, %(position)s, %(version)s, %(draft)s, %(changed_by)s, %(now)s)
ON CONFLICT (rule_id) DO UPDATE SET
    position = excluded.position, version = excluded.version, draft = excluded.draft, changed_by = excluded.changed_by, changed_at = excluded.changed_at;

-- delete --
-- Deletes a rule.
DELETE FROM recommendation_rules WHERE rule_id = %(rule_id)s;

-- order --
-- Gives the rules the places that they have in a list.
UPDATE recommendation_rules SET position = wanted.position
FROM unnest(%(rule_ids)s::uuid[]) WITH ORDINALITY AS wanted (rule_id, position)
WHERE recommendation_rules.rule_id = wanted.rule_id AND recommendation_rules.position <> wanted.position;

-- note --
-- Remembers a change.
INSERT INTO recommendation_rule_changes (change_id, action, rule_id, before, after, order_before, changed_by, changed_at)
VALUES (%(change_id)s, %(action)s, %(rule_id)s, %(before)s, %(after)s, %(order_before)s, %(changed_by)s, %(now)s);

-- changes --
-- The latest changes, the newest first.
SELECT change_id, action, rule_id, before, after, changed_by, changed_at, undone_at
FROM recommendation_rule_changes
ORDER BY sequence DESC
LIMIT %(limit)s;

-- change --
-- One change that can be taken back: the one that is named, or the last one.
SELECT change_id, sequence, action, rule_id, before, after, order_before, changed_by, changed_at
FROM recommendation_rule_changes
WHERE undone_at IS NULL AND action <> 'undone' AND (%(change_id)s::uuid IS NULL OR change_id = %(change_id)s)
ORDER BY sequence DESC
LIMIT 1;

-- later_change --
-- Whether a rule was changed after a change of it, and who did it last.
SELECT changed_by
FROM recommendation_rule_changes
WHERE rule_id = %(rule_id)s AND sequence > %(sequence)s AND undone_at IS NULL AND action <> 'undone'
ORDER BY sequence DESC
LIMIT 1;

-- mark_undone --
-- Notes that a change was taken back.
UPDATE recommendation_rule_changes SET undone_at = %(now)s WHERE change_id = %(change_id)s;

-- person --
-- What an answer needs to know of somebody about some products: when they were last bought and returned, when they were shown since they were
-- last clicked, and what they cost in the price lists of theirs and of their company: the lowest price, net, for the smallest quantity that has
-- one. What no rule asks for has no moment to begin at and is not read.
WITH member AS MATERIALIZED (
    SELECT unnest(profile_members(%(profile_id)s)) AS profile_id
), happened AS (
    SELECT event.name, event.properties, event.occurred_at
    FROM member
    JOIN events AS event USING (profile_id)
    WHERE event.occurred_at >= least(%(bought_since)s::timestamptz, %(returned_since)s::timestamptz, %(shown_since)s::timestamptz)
      AND event.occurred_at <= %(now)s
      AND event.name IN ('Order Completed', 'Order Refunded', 'Product Clicked')
), ordered AS (
    SELECT
        line.value ->> 'product_id' AS product_id,
        max(occurred_at) FILTER (WHERE name = 'Order Completed' AND occurred_at >= %(bought_since)s) AS bought_at,
        max(occurred_at) FILTER (WHERE name = 'Order Refunded' AND occurred_at >= %(returned_since)s) AS returned_at
    FROM happened
    CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(properties -> 'products') WHEN 'array' THEN properties -> 'products' ELSE '[]' END) AS line
    WHERE name <> 'Product Clicked' AND line.value ->> 'product_id' = ANY(%(product_ids)s)
    GROUP BY 1
), clicked AS (
    SELECT properties ->> 'product_id' AS product_id, max(occurred_at) AS clicked_at
    FROM happened
    WHERE name = 'Product Clicked'
    GROUP BY 1
), answered AS (
    SELECT decision.*
    FROM member
    CROSS JOIN LATERAL (
        SELECT answer, decided_at
        FROM decisions
        WHERE decisions.profile_id = member.profile_id AND capability = 'recommend' AND decided_at >= %(shown_since)s
        ORDER BY decided_at DESC
        LIMIT %(most_answers)s
    ) AS decision
    ORDER BY decided_at DESC
    LIMIT %(most_answers)s
), shown AS (
    SELECT item.value ->> 'product_id' AS product_id, array_agg(decided_at ORDER BY decided_at) AS moments
    FROM answered
    CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(answer -> 'items') WHEN 'array' THEN answer -> 'items' ELSE '[]' END) AS item
    LEFT JOIN clicked ON clicked.product_id = item.value ->> 'product_id'
    WHERE item.value ->> 'product_id' = ANY(%(product_ids)s) AND (clicked_at IS NULL OR decided_at > clicked_at)
    GROUP BY 1
), list AS (
    SELECT unnest(profile_price_lists(%(profile_id)s)) AS price_list
)
SELECT
    wanted.product_id, bought_at, returned_at, coalesce(moments, '{}') AS shown_at,
    EXISTS (SELECT FROM list) AS has_range, own.amount_minor, own.currency
FROM unnest(%(product_ids)s::text[]) AS wanted (product_id)
LEFT JOIN LATERAL (
    SELECT amount_minor, currency
    FROM list
    JOIN prices USING (price_list)
    WHERE prices.product_id = wanted.product_id AND valid_from <= %(now)s AND valid_until > %(now)s
    ORDER BY min_quantity, amount_minor, currency
    LIMIT 1
) AS own ON true
LEFT JOIN ordered USING (product_id)
LEFT JOIN shown USING (product_id);

-- plan_large --
-- Has the next statements of this transaction join by hash: the planner cannot know how many rows their steps leave, and guesses too few.
SELECT set_config('enable_nestloop', 'off', true);

-- plan_as_usual --
-- Takes that back.
SELECT set_config('enable_nestloop', 'on', true);

-- arms --
-- What each side of each capability's holdout brought, of one capability or of all; or each variant of one experiment. A profile counts
-- on the side of its first decision in the period, by intention to treat: whatever it was shown, and whether or not it looked. Orders
-- count where the profile placed them within the window, each once by its number, less what was refunded of them.
WITH answered AS MATERIALIZED (
    SELECT decision_id, capability, coalesce(profile.merged_into, profile_id) AS profile_id,
           CASE WHEN %(experiment_id)s::uuid IS NULL THEN arm ELSE variant END AS arm, decided_at
    FROM decisions LEFT JOIN profiles AS profile USING (profile_id)
    WHERE decided_at >= %(since)s AND decided_at < %(until)s
      AND (%(capability)s::text IS NULL OR capability = %(capability)s)
      AND (%(experiment_id)s::uuid IS NULL OR experiment_id = %(experiment_id)s)
), exposed AS MATERIALIZED (
    SELECT DISTINCT ON (capability, profile_id) capability, profile_id, arm, decided_at AS first_decided_at
    FROM answered
    WHERE profile_id IS NOT NULL
    ORDER BY capability, profile_id, decided_at, decision_id
), followed AS MATERIALIZED (
    SELECT answered.capability, answered.profile_id,
           bool_or(events.name IN ('Impression', 'Product List Viewed')) AS viewed,
           bool_or(events.name ~ '(Clicked|Opened)$') AS clicked,
           bool_or(events.name = 'Product Added') AS added
    FROM events JOIN answered USING (decision_id)
    WHERE events.occurred_at >= %(since)s AND events.occurred_at < %(until)s + %(order_window)s
      AND (events.name IN ('Impression', 'Product List Viewed', 'Product Added') OR events.name ~ '(Clicked|Opened)$')
      AND answered.profile_id IS NOT NULL
    GROUP BY answered.capability, answered.profile_id
), members AS MATERIALIZED (
    SELECT exposed.*, profile_id AS member_id FROM exposed
    UNION ALL
    SELECT exposed.*, merged.profile_id FROM exposed JOIN profiles AS merged ON merged.merged_into = exposed.profile_id
), ordered AS MATERIALIZED (
    SELECT DISTINCT ON (exposed.capability, exposed.profile_id, coalesce(nullif(properties ->> 'order_id', ''), event_id::text))
           exposed.capability, exposed.arm, exposed.profile_id, events.source, exposed.member_id,
           nullif(properties ->> 'order_id', '') AS order_id, order_amount(properties) AS amount, json_amount(properties -> 'total') AS total,
           CASE WHEN properties ->> 'currency' ~ '^[A-Za-z]{3}$' THEN upper(properties ->> 'currency') ELSE %(currency)s END AS currency,
           ARRAY(
               SELECT events.decision_id::text UNION ALL SELECT id #>> '{}' FROM jsonb_path_query(properties, '$.products[*].decision_id') AS id
           ) AS decision_ids
    FROM members AS exposed JOIN events ON events.profile_id = exposed.member_id
    WHERE events.name = 'Order Completed'
      AND events.occurred_at >= %(since)s AND events.occurred_at < %(until)s + %(order_window)s
      AND events.occurred_at >= first_decided_at AND events.occurred_at < first_decided_at + %(order_window)s
    ORDER BY exposed.capability, exposed.profile_id, coalesce(nullif(properties ->> 'order_id', ''), event_id::text), events.occurred_at, event_id
), named AS (
    SELECT DISTINCT ordered.capability, ordered.profile_id
    FROM ordered
    JOIN answered ON answered.decision_id::text = ANY(ordered.decision_ids)
      AND answered.capability = ordered.capability AND answered.profile_id = ordered.profile_id
), refunded AS (
    SELECT ordered.capability, ordered.profile_id, ordered.order_id, sum(
        CASE
            WHEN events.name = 'Order Cancelled' THEN ordered.amount
            ELSE coalesce(
                lines_amount(properties -> 'products'),
                ordered.amount * json_amount(properties -> 'total') / nullif(ordered.total, 0),
                order_amount(properties),
                ordered.amount
            )
        END
    ) AS amount
    FROM ordered
    JOIN events ON events.properties ->> 'order_id' = ordered.order_id AND (events.source = ordered.source OR events.profile_id = ordered.member_id)
    WHERE events.name IN ('Order Refunded', 'Order Cancelled') AND events.occurred_at >= %(since)s AND ordered.amount > 0
    GROUP BY ordered.capability, ordered.profile_id, ordered.order_id
), spent AS (
    SELECT ordered.capability, ordered.arm, ordered.currency, count(*) AS orders,
           sum(ordered.amount - least(ordered.amount, coalesce(abs(refunded.amount), 0))) AS amount
    FROM ordered LEFT JOIN refunded USING (capability, profile_id, order_id)
    WHERE ordered.amount >= 0
    GROUP BY ordered.capability, ordered.arm, ordered.currency, ordered.profile_id
), revenue AS (
    SELECT capability, arm, jsonb_agg(sums ORDER BY currency) AS revenue
    FROM (
        SELECT capability, arm, currency, jsonb_build_object(
            'currency', currency, 'buyers', count(*), 'orders', sum(orders), 'total', sum(amount), 'squares', sum(amount * amount)
        ) AS sums
        FROM spent
        GROUP BY capability, arm, currency
    ) AS by_currency
    GROUP BY capability, arm
), answers AS (
    SELECT capability, arm, count(*) AS answers, min(decided_at) AS first_decided_at FROM answered GROUP BY capability, arm
), sides AS (
    SELECT capability, arm, count(*) AS profiles, count(*) FILTER (WHERE viewed) AS viewers, count(*) FILTER (WHERE clicked) AS clickers,
           count(*) FILTER (WHERE added) AS adders, count(buyers.profile_id) AS buyers, count(named.profile_id) AS named_buyers
    FROM exposed
    LEFT JOIN followed USING (capability, profile_id)
    LEFT JOIN (SELECT DISTINCT capability, profile_id FROM ordered) AS buyers USING (capability, profile_id)
    LEFT JOIN named USING (capability, profile_id)
    GROUP BY capability, arm
)
SELECT capability, arm, coalesce(answers, 0) AS answers, coalesce(profiles, 0) AS profiles, coalesce(viewers, 0) AS viewers,
       coalesce(clickers, 0) AS clickers, coalesce(adders, 0) AS adders, coalesce(buyers, 0) AS buyers,
       coalesce(named_buyers, 0) AS named_buyers, coalesce(revenue, '[]') AS revenue, first_decided_at
FROM answers FULL JOIN sides USING (capability, arm) LEFT JOIN revenue USING (capability, arm)
ORDER BY capability, arm;

-- days --
-- For each day and side: answers, profiles that were answered, and those of them that clicked one of that day's answers.
WITH answered AS MATERIALIZED (
    SELECT decision_id, coalesce(profile.merged_into, profile_id) AS profile_id, arm, (decided_at AT TIME ZONE %(time_zone)s)::date AS day
    FROM decisions LEFT JOIN profiles AS profile USING (profile_id)
    WHERE capability = %(capability)s AND decided_at >= %(since)s AND decided_at < %(until)s
), clicked AS (
    SELECT DISTINCT decision_id
    FROM events
    WHERE decision_id IS NOT NULL AND name ~ '(Clicked|Opened)$'
      AND occurred_at >= %(since)s AND occurred_at < %(until)s + %(order_window)s
)
SELECT day, arm, count(*) AS answers, count(DISTINCT profile_id) AS profiles,
       count(DISTINCT profile_id) FILTER (WHERE clicked.decision_id IS NOT NULL) AS clickers
FROM answered LEFT JOIN clicked USING (decision_id)
GROUP BY day, arm
ORDER BY day, arm;

-- page --
-- Decisions of all capabilities, newest first; their ids sort by time.
SELECT decision_id, operation, capability, profile_id, model_version, arm, arm_probability, basis, reason, decided_at
FROM decisions
WHERE %(before)s::uuid IS NULL OR decision_id < %(before)s
ORDER BY decision_id DESC
LIMIT %(limit)s;

-- page_of_capability --
-- Decisions of one capability, newest first. The one to go on from lies close to the moment its id carries.
SELECT decision_id, operation, capability, profile_id, model_version, arm, arm_probability, basis, reason, decided_at
FROM decisions
WHERE capability = %(capability)s
  AND (%(before)s::uuid IS NULL OR (decided_at, decision_id) < (
      (SELECT decided_at FROM decisions WHERE decision_id = %(before)s AND decided_at BETWEEN %(earliest)s AND %(latest)s), %(before)s
  ))
ORDER BY decided_at DESC, decision_id DESC
LIMIT %(limit)s;

-- find --
-- One decision whole; the moment its id carries says in which partition it lies.
SELECT decision_id, operation, capability, profile_id, model_version, arm, arm_probability, basis, reason, request, answer, decided_at,
       experiment_id, variant, variant_probability
FROM decisions
WHERE decision_id = %(decision_id)s AND decided_at BETWEEN %(earliest)s AND %(latest)s;

-- outcomes --
-- The events that carry a decision's id, none of which is older than the decision; and orders of its profile that carry it on a line.
SELECT event_id, coalesce(name, type) AS name, occurred_at, properties
FROM events
WHERE decision_id = %(decision_id)s AND occurred_at >= %(earliest)s
UNION
SELECT event_id, name, occurred_at, properties
FROM events
WHERE profile_id = ANY(profile_members(%(profile_id)s)) AND occurred_at >= %(earliest)s AND name = 'Order Completed'
  AND properties @> jsonb_build_object('products', jsonb_build_array(jsonb_build_object('decision_id', %(decision_id)s::uuid)))
ORDER BY occurred_at, event_id;

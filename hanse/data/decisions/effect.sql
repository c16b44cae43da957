-- arms --
-- What each side of each capability's experiment brought, of one capability or of all. A profile counts on the side of its first
-- decision in the period, by intention to treat: whatever it was shown, and whether or not it looked.
WITH answered AS MATERIALIZED (
    SELECT decision_id, capability, coalesce(profile.merged_into, profile_id) AS profile_id, arm, decided_at
    FROM decisions LEFT JOIN profiles AS profile USING (profile_id)
    WHERE decided_at >= %(since)s AND decided_at < %(until)s AND (%(capability)s::text IS NULL OR capability = %(capability)s)
), exposed AS MATERIALIZED (
    SELECT DISTINCT ON (capability, profile_id) capability, profile_id, arm, decided_at AS first_decided_at
    FROM answered
    WHERE profile_id IS NOT NULL
    ORDER BY capability, profile_id, decided_at, decision_id
), outcomes AS MATERIALIZED (
    SELECT DISTINCT answered.capability, answered.profile_id, events.name = 'Order Completed' AS bought
    FROM events JOIN answered USING (decision_id)
    WHERE events.occurred_at >= %(since)s AND events.occurred_at < %(until)s + %(order_window)s
      AND (events.name = 'Order Completed' OR events.name ~ '(Clicked|Opened)$')
      AND answered.profile_id IS NOT NULL
), buyers AS (
    SELECT capability, profile_id FROM outcomes WHERE bought
    UNION
    SELECT exposed.capability, exposed.profile_id
    FROM exposed
    CROSS JOIN LATERAL (
        SELECT exposed.profile_id AS member_id
        UNION ALL
        SELECT merged.profile_id FROM profiles AS merged WHERE merged.merged_into = exposed.profile_id
    ) AS one
    JOIN events ON events.profile_id = one.member_id
    WHERE events.name = 'Order Completed'
      AND events.occurred_at >= %(since)s AND events.occurred_at < %(until)s + %(order_window)s
      AND events.occurred_at >= first_decided_at AND events.occurred_at < first_decided_at + %(order_window)s
), answers AS (
    SELECT capability, arm, count(*) AS answers, min(decided_at) AS first_decided_at FROM answered GROUP BY capability, arm
), profiles AS (
    SELECT exposed.capability, exposed.arm, count(*) AS profiles, count(clickers.profile_id) AS clickers, count(buyers.profile_id) AS buyers
    FROM exposed
    LEFT JOIN (SELECT capability, profile_id FROM outcomes WHERE NOT bought) AS clickers USING (capability, profile_id)
    LEFT JOIN buyers USING (capability, profile_id)
    GROUP BY exposed.capability, exposed.arm
)
SELECT capability, arm, coalesce(answers, 0) AS answers, coalesce(profiles, 0) AS profiles,
       coalesce(clickers, 0) AS clickers, coalesce(buyers, 0) AS buyers, first_decided_at
FROM answers FULL JOIN profiles USING (capability, arm)
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
SELECT decision_id, operation, capability, profile_id, model_version, arm, arm_probability, basis, reason, request, answer, decided_at
FROM decisions
WHERE decision_id = %(decision_id)s AND decided_at BETWEEN %(earliest)s AND %(latest)s;

-- outcomes --
-- The events that carry a decision's id; none of them is older than the decision.
SELECT event_id, coalesce(name, type) AS name, occurred_at, properties
FROM events
WHERE decision_id = %(decision_id)s AND occurred_at >= %(earliest)s
ORDER BY occurred_at, event_id;

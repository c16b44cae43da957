-- said --
-- What any source says of a customer, also what no longer counts: old names and addresses are theirs, too.
SELECT DISTINCT profiles.kind, traits.name, traits.value
FROM traits JOIN profiles USING (profile_id)
WHERE profile_id = ANY(%(profile_ids)s::uuid[])
LIMIT %(limit)s;

-- keys --
-- What systems call a customer by.
SELECT kind, value FROM identities
WHERE profile_id = ANY(%(profile_ids)s::uuid[]) AND kind <> 'anonymous_id'
ORDER BY created_at DESC, kind, value
LIMIT %(limit)s;

-- orders --
-- The numbers of a customer's latest orders.
SELECT properties ->> 'order_id' AS order_id FROM events
WHERE profile_id = ANY(%(profile_ids)s::uuid[]) AND name = 'Order Completed' AND properties ->> 'order_id' <> ''
ORDER BY occurred_at DESC
LIMIT %(limit)s;

-- regulars --
-- The customers with the most orders, by their number in the shop.
SELECT known.value AS user_id, coalesce(profile.merged_into, profile.profile_id) AS profile_id, count(*) AS orders
FROM events
JOIN profiles AS profile USING (profile_id)
JOIN identities AS known ON known.profile_id = profile.profile_id AND known.kind = 'user_id'
WHERE events.name = 'Order Completed'
GROUP BY 1, 2
ORDER BY orders DESC, user_id
LIMIT %(limit)s;

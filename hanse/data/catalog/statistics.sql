-- remove_older --
-- Removes the statistics of products that this time had no sales at all, as after an erasure.
DELETE FROM product_statistics WHERE computed_at < %(now)s;

-- analyze --
-- Tells the planner how large the log has become; right after a bulk load it would plan as for empty tables.
ANALYZE events, decisions, event_messages, identities, products;

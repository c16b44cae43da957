-- remove_older --
-- Removes the statistics of products that this time had no sales at all, as after an erasure.
DELETE FROM product_statistics WHERE computed_at < %(now)s;

-- find_looks --
-- What is kept of some pictures, without those that are to be tried again.
SELECT digest, vector FROM image_vectors
WHERE model = %(model)s AND digest = ANY(%(digests)s) AND (vector IS NOT NULL OR read_at >= %(since)s);

-- touch_looks --
-- Notes that they are still wanted, at most once a month each so that reading seldom writes.
UPDATE image_vectors SET used_on = %(today)s
WHERE model = %(model)s AND digest = ANY(%(digests)s) AND used_on < %(today)s - 30;

-- forget_looks --
-- Deletes what nobody has asked for since a day.
DELETE FROM image_vectors WHERE used_on < %(before)s;

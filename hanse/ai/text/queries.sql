-- find_vectors --
-- Those of some digests that are kept for a model.
SELECT digest, vector FROM text_vectors WHERE model = %(model)s AND digest = ANY(%(digests)s);

-- touch_vectors --
-- Notes that vectors are still wanted, at most once a month each so that reading seldom writes.
UPDATE text_vectors SET used_on = %(today)s
WHERE model = %(model)s AND digest = ANY(%(digests)s) AND used_on < %(today)s - 30;

-- forget_vectors --
-- Deletes what nobody has asked for since a day: texts that changed, models that are not in use any more.
DELETE FROM text_vectors WHERE used_on < %(before)s;

-- claim_index --
-- Says which model makes an index, where nothing is said yet.
INSERT INTO vector_indexes (name, model, begun_at) VALUES (%(name)s, %(model)s, %(now)s) ON CONFLICT (name) DO NOTHING;

-- index_model --
-- Which model makes an index.
SELECT model FROM vector_indexes WHERE name = %(name)s;

-- begin_index --
-- Says anew which model makes an index, which is empty now.
INSERT INTO vector_indexes (name, model, begun_at) VALUES (%(name)s, %(model)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET model = excluded.model, begun_at = excluded.begun_at;

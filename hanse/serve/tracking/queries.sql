-- name_of_key --
-- The name of a key, in use or not.
SELECT name FROM api_keys WHERE key_hash = %(key_hash)s;

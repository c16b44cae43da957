-- insert_model --
-- Registers a model whose files are in place.
INSERT INTO models (model_version, name, state, card, directory, created_at)
VALUES (%(version)s, %(name)s, 'ready', %(card)s, %(directory)s, %(now)s);

-- lock_name --
-- Lets one transaction at a time change which version of a name is current.
SELECT pg_advisory_xact_lock(hashtext('hanse.models'), hashtext(%(name)s));

-- find_model --
-- One model by its version.
SELECT model_version, name, state, card, directory, created_at, activated_at FROM models WHERE model_version = %(version)s;

-- retire_current --
-- Takes the current version of a name out of use.
UPDATE models SET state = 'retired' WHERE name = %(name)s AND state = 'current' AND model_version <> %(version)s;

-- make_current --
-- Puts a version into use.
UPDATE models SET state = 'current', activated_at = %(now)s WHERE model_version = %(version)s;

-- outdated --
-- The folders of a name's models that are neither current nor among the newest others that are kept.
SELECT directory FROM models
WHERE name = %(name)s AND state <> 'current'
ORDER BY created_at DESC, model_version DESC
OFFSET %(kept)s;

-- list_models --
-- All models, or those of one name, newest first.
SELECT model_version, name, state, card, directory, created_at, activated_at FROM models
WHERE %(name)s::text IS NULL OR name = %(name)s
ORDER BY created_at DESC, model_version DESC;

-- usable_models --
-- Of each name that has a version in use, or of one name: that version, then those that were in use before, the latest first.
SELECT model_version, name, directory FROM models
WHERE activated_at IS NOT NULL AND (%(name)s::text IS NULL OR name = %(name)s)
    AND name IN (SELECT name FROM models WHERE state = 'current')
ORDER BY name, state = 'current' DESC, activated_at DESC;

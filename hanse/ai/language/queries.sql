-- models --
-- Every model, in the order in which they are asked.
SELECT * FROM language_models ORDER BY role, place, name;

-- model --
-- One model.
SELECT * FROM language_models WHERE name = %(name)s;

-- settings --
-- The one row of settings.
SELECT is_on, kept_days, changed_by, changed_at FROM language_settings;

-- save_model --
-- Make a model or change it; a key that is not given stays, and what was found out by trying is forgotten where another endpoint is meant.
INSERT INTO language_models AS old (
    name, url, model, role, place, key, api_version, input_price_minor, output_price_minor, context_tokens, timeout_seconds, length_field,
    in_house, is_on, changed_at
) VALUES (
    %(name)s, %(url)s, %(model)s, %(role)s, %(place)s, %(key)s, %(api_version)s, %(input_price_minor)s, %(output_price_minor)s, %(context_tokens)s,
    %(timeout_seconds)s, %(length_field)s, %(in_house)s, %(is_on)s, %(now)s
)
ON CONFLICT (name) DO UPDATE SET
    url = excluded.url, model = excluded.model, role = excluded.role, place = excluded.place, key = excluded.key,
    api_version = excluded.api_version, input_price_minor = excluded.input_price_minor, output_price_minor = excluded.output_price_minor,
    context_tokens = excluded.context_tokens, timeout_seconds = excluded.timeout_seconds, length_field = excluded.length_field,
    in_house = excluded.in_house, is_on = excluded.is_on, changed_at = excluded.changed_at,
    structured = CASE WHEN (old.url, old.model) = (excluded.url, excluded.model) THEN old.structured END,
    streams = CASE WHEN (old.url, old.model) = (excluded.url, excluded.model) THEN old.streams END,
    tried_at = CASE WHEN (old.url, old.model) = (excluded.url, excluded.model) THEN old.tried_at END;

-- remove_model --
-- Forget a model and its key.
DELETE FROM language_models WHERE name = %(name)s;

-- note_trial --
-- Note how a model did when it was tried; what was not found out stays.
UPDATE language_models SET structured = coalesce(%(structured)s, structured), streams = coalesce(%(streams)s, streams), tried_at = %(now)s,
    tried_milliseconds = %(milliseconds)s, tried_problem = %(problem)s
WHERE name = %(name)s;

-- switch --
-- Switch all models on or off.
UPDATE language_settings SET is_on = %(is_on)s, changed_by = %(by)s, changed_at = %(now)s;

-- keep --
-- Say how long the record is kept.
UPDATE language_settings SET kept_days = %(days)s;

-- quick --
-- Do not wait for the disk: a crash may cost the record its last moment, and nobody an answer.
SET LOCAL synchronous_commit = off;

-- budgets --
-- Every budget, and every capability that used something today, with what it used.
SELECT coalesce(budget.capability, used.capability) AS capability, budget.tokens_a_day, budget.money_a_day_minor,
    coalesce(used.calls, 0) AS calls, coalesce(used.tokens, 0) AS tokens, coalesce(used.cost_minor, 0) AS cost_minor
FROM language_budgets AS budget
FULL JOIN (SELECT * FROM language_usage WHERE day = %(day)s) AS used ON used.capability = budget.capability
ORDER BY capability;

-- save_budget --
-- Make a budget or change it.
INSERT INTO language_budgets (capability, tokens_a_day, money_a_day_minor) VALUES (%(capability)s, %(tokens_a_day)s, %(money_a_day_minor)s)
ON CONFLICT (capability) DO UPDATE SET tokens_a_day = excluded.tokens_a_day, money_a_day_minor = excluded.money_a_day_minor;

-- remove_budget --
-- Leave a capability without a limit of its own.
DELETE FROM language_budgets WHERE capability = %(capability)s;

-- has_budgets --
-- Whether anything is limited.
SELECT EXISTS (SELECT FROM language_budgets) AS found;

-- count --
-- Add to what was used today, for all together and for a capability in that order, and say where that is more than there is.
WITH counted AS (
    INSERT INTO language_usage AS usage (day, capability, calls, tokens, cost_minor)
    VALUES (%(day)s, '*', %(calls)s, %(tokens)s, %(cost_minor)s), (%(day)s, %(capability)s, %(calls)s, %(tokens)s, %(cost_minor)s)
    ON CONFLICT (day, capability) DO UPDATE SET calls = usage.calls + excluded.calls, tokens = usage.tokens + excluded.tokens,
        cost_minor = usage.cost_minor + excluded.cost_minor
    RETURNING capability, tokens, cost_minor
)
SELECT capability, counted.tokens > budget.tokens_a_day AS is_tokens
FROM counted JOIN language_budgets AS budget USING (capability)
WHERE counted.tokens > budget.tokens_a_day OR counted.cost_minor > budget.money_a_day_minor
ORDER BY capability;

-- add_call --
-- Put a call on record; of somebody who is not there any more, only that there was one.
WITH person AS (
    SELECT profile_id FROM profiles WHERE profile_id = %(profile_id)s
)
INSERT INTO language_calls (
    call_id, asked_at, purpose, capability, basis, template, template_version, role, model, masked_prompt, masked_answer, tokens_in, tokens_out,
    is_counted, cost_minor, currency, milliseconds, outcome, tried, checks, profile_id
)
SELECT %(call_id)s, %(asked_at)s, %(purpose)s, %(capability)s, %(basis)s, %(template)s, %(template_version)s, %(role)s, %(model)s,
    CASE WHEN keeps THEN %(masked_prompt)s ELSE '' END, CASE WHEN keeps THEN %(masked_answer)s ELSE '' END, %(tokens_in)s, %(tokens_out)s,
    %(is_counted)s, %(cost_minor)s, %(currency)s, %(milliseconds)s, %(outcome)s, %(tried)s,
    CASE WHEN keeps THEN %(checks)s::jsonb ELSE '{}' END, (SELECT profile_id FROM person)
FROM (SELECT %(profile_id)s::uuid IS NULL OR EXISTS (SELECT FROM person) AS keeps) AS asked;

-- note_checks --
-- Add what checks found in an answer.
UPDATE language_calls SET checks = checks || %(checks)s WHERE call_id = %(call_id)s;

-- judge --
-- Note what somebody thinks of an answer; null takes it back.
UPDATE language_calls SET verdict = %(verdict)s, verdict_note = %(note)s, verdict_by = %(by)s, verdict_at = %(now)s WHERE call_id = %(call_id)s;

-- calls --
-- Calls that match, the newest first, without what was said.
SELECT call_id, asked_at, purpose, capability, role, model, template, template_version, tokens_in, tokens_out, cost_minor, currency, milliseconds,
    outcome, verdict, profile_id
FROM language_calls
WHERE (%(capability)s::text IS NULL OR capability = %(capability)s)
    AND (%(model)s::text IS NULL OR model = %(model)s)
    AND (%(outcome)s::text IS NULL OR outcome = %(outcome)s)
    AND (%(verdict)s::text IS NULL OR verdict = %(verdict)s)
    AND (%(profile_id)s::uuid IS NULL OR profile_id = %(profile_id)s)
    AND (%(text)s::text IS NULL OR strpos(lower(masked_prompt), lower(%(text)s)) > 0 OR strpos(lower(masked_answer), lower(%(text)s)) > 0)
    AND (%(before)s::uuid IS NULL OR (asked_at, call_id) < (SELECT asked_at, call_id FROM language_calls WHERE call_id = %(before)s))
ORDER BY asked_at DESC, call_id DESC
LIMIT %(limit)s;

-- call --
-- One call, whole.
SELECT * FROM language_calls WHERE call_id = %(call_id)s;

-- forget --
-- Delete what is older than it is kept, and usage of long ago.
DELETE FROM language_calls WHERE asked_at < %(now)s - make_interval(days => (SELECT kept_days FROM language_settings));

-- forget_usage --
-- Delete what was used more than a year ago.
DELETE FROM language_usage WHERE day < %(day)s - 400;

-- erase --
-- Delete every call about a person.
DELETE FROM language_calls WHERE profile_id = ANY(%(profile_ids)s::uuid[]);

-- claims --
-- Banned claims that match, in the order of their words.
SELECT phrase, language, country, reason, law, is_on, changed_by, changed_at FROM language_claims
WHERE (%(language)s::text IS NULL OR language = %(language)s)
    AND (%(country)s::text IS NULL OR country IN ('', %(country)s))
    AND (%(text)s::text IS NULL OR strpos(lower(phrase), lower(%(text)s)) > 0)
ORDER BY lower(phrase), language, country;

-- on --
-- Those that are looked for.
SELECT phrase, language, country, reason, law FROM language_claims WHERE is_on;

-- save --
-- Ban a claim, or change it.
INSERT INTO language_claims (phrase, language, country, reason, law, is_on, changed_by, changed_at)
VALUES (%(phrase)s, %(language)s, %(country)s, %(reason)s, %(law)s, %(is_on)s, %(by)s, %(now)s)
ON CONFLICT (phrase, language, country) DO UPDATE SET reason = excluded.reason, law = excluded.law, is_on = excluded.is_on,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at;

-- remove --
-- Forget a claim.
DELETE FROM language_claims WHERE phrase = %(phrase)s AND language = %(language)s AND country = %(country)s
RETURNING phrase, language, country, reason, law, is_on, changed_by, changed_at;

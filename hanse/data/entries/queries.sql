-- insert_entry --
-- Writes an entry; the same one is written once.
INSERT INTO entries (entry_id, kind, profile_id, subject, text, facts, language, purpose, operation, decision_id, occurred_at)
VALUES (
    %(entry_id)s, %(kind)s, %(profile_id)s, %(subject)s, %(text)s, %(facts)s, %(language)s, %(purpose)s, %(operation)s, %(decision_id)s,
    %(occurred_at)s
)
ON CONFLICT (entry_id) DO NOTHING;

-- history --
-- The entries about a person, the newest first.
SELECT entry_id, kind, profile_id, subject, text, facts, language, purpose, operation, decision_id, occurred_at FROM entries
WHERE profile_id = ANY(profile_members(%(profile_id)s))
ORDER BY occurred_at DESC, entry_id
LIMIT %(limit)s;

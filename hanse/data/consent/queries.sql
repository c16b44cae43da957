-- insert_staged --
-- Adds the staged entries to the ledger; one that is there already is never changed.
INSERT INTO consents (consent_id, profile_id, purpose, granted, channel, evidence, decided_at, recorded_at)
SELECT consent_id, profile_id, purpose, granted, channel, evidence, decided_at, recorded_at FROM staged_consents
ON CONFLICT (consent_id) DO NOTHING;

-- newest --
-- The newest entry of a profile for a purpose: the one that counts.
SELECT granted FROM consents
WHERE profile_id = %(profile_id)s AND purpose = %(purpose)s
ORDER BY decided_at DESC, consent_id DESC
LIMIT 1;

-- insert_key --
-- A new key; nothing comes back where its name is taken.
INSERT INTO api_keys (key_id, name, prefix, key_hash, scopes, origins, created_by, created_at)
VALUES (%(key_id)s, %(name)s, %(prefix)s, %(key_hash)s, %(scopes)s, %(origins)s, %(created_by)s, %(now)s)
ON CONFLICT (name) DO NOTHING
RETURNING key_id;

-- find_key --
-- The key with a hash, unless it was revoked.
SELECT key_id, name, prefix, scopes, origins, created_by, created_at, last_used_at, revoked_at
FROM api_keys
WHERE key_hash = %(key_hash)s AND revoked_at IS NULL;

-- touch_key --
-- Notes that a key is used; requests that do so at the same moment do not wait for each other.
UPDATE api_keys SET last_used_at = %(now)s
WHERE key_id = (SELECT key_id FROM api_keys WHERE key_id = %(key_id)s FOR NO KEY UPDATE SKIP LOCKED);

-- revoke_key --
-- Takes a key out of use for good; the first time counts.
UPDATE api_keys SET revoked_at = coalesce(revoked_at, %(now)s)
WHERE key_id = %(key_id)s
RETURNING key_id, name, prefix, scopes, origins, created_by, created_at, last_used_at, revoked_at;

-- find_key_named --
-- The key with a name, revoked or not.
SELECT key_id, name, prefix, scopes, origins, created_by, created_at, last_used_at, revoked_at
FROM api_keys
WHERE name = %(name)s;

-- list_keys --
-- All keys, those in use first.
SELECT key_id, name, prefix, scopes, origins, created_by, created_at, last_used_at, revoked_at
FROM api_keys
ORDER BY revoked_at IS NOT NULL, name;

-- lock_accounts --
-- One transaction at a time makes the first account or takes an administrator away.
SELECT pg_advisory_xact_lock(hashtext('hanse.accounts'));

-- any_account --
-- Whether there is an account at all.
SELECT EXISTS (SELECT FROM console_accounts) AS found;

-- insert_account --
-- A new account; nothing comes back where its e-mail address is taken.
INSERT INTO console_accounts (account_id, email, name, role, password_hash, created_at)
VALUES (%(account_id)s, %(email)s, %(name)s, %(role)s, %(password_hash)s, %(now)s)
ON CONFLICT (email) DO NOTHING
RETURNING account_id, email, name, role, password_hash IS NULL AS invited, created_at, last_seen_at, locked_until, disabled_at;

-- find_account --
-- One account.
SELECT account_id, email, name, role, password_hash IS NULL AS invited, created_at, last_seen_at, locked_until, disabled_at
FROM console_accounts
WHERE account_id = %(account_id)s;

-- find_account_by_email --
-- The account of an e-mail address.
SELECT account_id, email, name, role, password_hash IS NULL AS invited, created_at, last_seen_at, locked_until, disabled_at
FROM console_accounts
WHERE email = %(email)s;

-- list_accounts --
-- All accounts, those in use first.
SELECT account_id, email, name, role, password_hash IS NULL AS invited, created_at, last_seen_at, locked_until, disabled_at
FROM console_accounts
ORDER BY disabled_at IS NOT NULL, name, email;

-- other_administrators --
-- Whether an administrator who can sign in would be left without this account.
SELECT EXISTS (
    SELECT FROM console_accounts
    WHERE role = 'admin' AND disabled_at IS NULL AND password_hash IS NOT NULL AND account_id <> %(account_id)s
) AS found;

-- change_role --
-- Gives an account another role.
UPDATE console_accounts SET role = %(role)s
WHERE account_id = %(account_id)s
RETURNING account_id, email, name, role, password_hash IS NULL AS invited, created_at, last_seen_at, locked_until, disabled_at;

-- disable_account --
-- Shuts an account; the first time counts.
UPDATE console_accounts SET disabled_at = coalesce(disabled_at, %(now)s)
WHERE account_id = %(account_id)s
RETURNING account_id, email, name, role, password_hash IS NULL AS invited, created_at, last_seen_at, locked_until, disabled_at;

-- enable_account --
-- Opens an account again, and takes a lock from it.
UPDATE console_accounts SET disabled_at = NULL, failed_sign_ins = 0, locked_until = NULL
WHERE account_id = %(account_id)s
RETURNING account_id, email, name, role, password_hash IS NULL AS invited, created_at, last_seen_at, locked_until, disabled_at;

-- set_password --
-- Gives an account its password by a link: a lock ends with it.
UPDATE console_accounts
SET password_hash = %(password_hash)s, name = %(name)s, failed_sign_ins = 0, locked_until = NULL, last_seen_at = %(now)s
WHERE account_id = %(account_id)s
RETURNING account_id, email, name, role, password_hash IS NULL AS invited, created_at, last_seen_at, locked_until, disabled_at;

-- find_password --
-- The account and password hash that an attempt to sign in is checked against.
SELECT account_id, password_hash FROM console_accounts WHERE email = %(email)s;

-- sign_in_succeeded --
-- Lets somebody in whose password was right, unless the account is disabled or was locked meanwhile.
UPDATE console_accounts
SET failed_sign_ins = 0, locked_until = NULL, last_seen_at = %(now)s, password_hash = coalesce(%(password_hash)s, password_hash)
WHERE account_id = %(account_id)s AND disabled_at IS NULL AND (locked_until IS NULL OR locked_until <= %(now)s)
RETURNING account_id, email, name, role, password_hash IS NULL AS invited, created_at, last_seen_at, locked_until, disabled_at;

-- sign_in_failed --
-- Counts a wrong password; from the fifth on the account is locked, each time twice as long, while it is locked nothing counts.
UPDATE console_accounts
SET failed_sign_ins = failed_sign_ins + 1,
    locked_until = CASE WHEN failed_sign_ins + 1 >= %(allowed)s THEN
        %(now)s + least(%(shortest)s * power(2, least(failed_sign_ins + 1 - %(allowed)s, 20)), %(longest)s)
    END
WHERE account_id = %(account_id)s AND (locked_until IS NULL OR locked_until <= %(now)s);

-- insert_link --
-- A link that signs in once; without an account it is the first administrator's.
INSERT INTO sign_in_links (link_hash, account_id, created_at, expires_at)
VALUES (%(link_hash)s, %(account_id)s, %(now)s, %(expires_at)s);

-- delete_open_links --
-- Takes back the links of an account that nobody used; without an account, those of the first administrator.
DELETE FROM sign_in_links WHERE account_id IS NOT DISTINCT FROM %(account_id)s AND used_at IS NULL;

-- find_link --
-- A link that can still be used, held until the transaction ends, so that two cannot use it at once.
SELECT link.account_id, account.email, account.name, account.password_hash IS NULL AS invited
FROM sign_in_links AS link LEFT JOIN console_accounts AS account USING (account_id)
WHERE link.link_hash = %(link_hash)s AND link.used_at IS NULL AND link.expires_at > %(now)s AND account.disabled_at IS NULL
FOR UPDATE OF link;

-- use_link --
-- Marks a link as used.
UPDATE sign_in_links SET used_at = %(now)s WHERE link_hash = %(link_hash)s;

-- insert_session --
-- Signs a browser in.
INSERT INTO console_sessions (session_hash, account_id, csrf_token, created_at, seen_at, expires_at)
VALUES (%(session_hash)s, %(account_id)s, %(csrf_token)s, %(now)s, %(now)s, %(expires_at)s);

-- find_session --
-- The session with a hash and its account, unless it ended, was left idle, or the account is disabled.
SELECT session.csrf_token, session.created_at AS began_at, session.seen_at, session.expires_at,
       account_id, email, name, role, password_hash IS NULL AS invited, account.created_at, last_seen_at, locked_until, disabled_at
FROM console_sessions AS session JOIN console_accounts AS account USING (account_id)
WHERE session_hash = %(session_hash)s AND session.expires_at > %(now)s AND session.seen_at > %(idle_since)s AND disabled_at IS NULL;

-- touch_session --
-- Notes that a session and its account are in use; requests that do so at the same moment do not wait for each other.
WITH session AS (
    UPDATE console_sessions SET seen_at = %(now)s
    WHERE session_hash = (SELECT session_hash FROM console_sessions WHERE session_hash = %(session_hash)s FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING account_id
)
UPDATE console_accounts SET last_seen_at = %(now)s
WHERE account_id = (SELECT account_id FROM console_accounts WHERE account_id = (SELECT account_id FROM session) FOR NO KEY UPDATE SKIP LOCKED);

-- end_session --
-- Signs a browser out.
DELETE FROM console_sessions WHERE session_hash = %(session_hash)s;

-- end_sessions_of_account --
-- Signs somebody out everywhere.
DELETE FROM console_sessions WHERE account_id = %(account_id)s;

-- sweep_sessions --
-- Removes sessions that ended by themselves.
DELETE FROM console_sessions WHERE expires_at <= %(now)s OR seen_at <= %(idle_since)s;

-- insert_audit --
-- Adds an entry to the audit log.
INSERT INTO audit_log (audit_id, at, actor_kind, actor, action, effect, subject, facts)
VALUES (%(audit_id)s, %(now)s, %(actor_kind)s, %(actor)s, %(action)s, %(effect)s, %(subject)s, %(facts)s::jsonb);

-- page_audit --
-- Entries of the audit log, newest first, from the one before a given entry on.
SELECT audit_id, at, actor_kind, actor, action, effect, subject, facts
FROM audit_log
WHERE (%(before)s::uuid IS NULL OR (at, audit_id) < ((SELECT at FROM audit_log WHERE audit_id = %(before)s), %(before)s))
  AND (%(actor)s::text IS NULL OR actor = %(actor)s)
  AND (%(action)s::text IS NULL OR action = %(action)s)
ORDER BY at DESC, audit_id DESC
LIMIT %(limit)s;

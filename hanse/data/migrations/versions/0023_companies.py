"""What a company and those who act for it have together: price lists and orders."""

from hanse.data import migrations

revision = "0023"
down_revision = "0022"

SQL = """
-- Shops without companies or lists are not to pay for them: the functions that every answer asks look first whether there are any at all.
CREATE FUNCTION profile_companies(asked uuid) RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT record.profile_id), '{}')
    FROM memberships AS own
    CROSS JOIN LATERAL unnest(profile_members(own.company_id)) AS record (profile_id)
    WHERE own.member_id = ANY(profile_members(asked))
$$;
COMMENT ON FUNCTION profile_companies IS 'The records of the companies that somebody acts for';

CREATE FUNCTION profile_buyers(asked uuid) RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN NOT EXISTS (SELECT FROM memberships) THEN profile_members(asked) ELSE (
        WITH own AS (SELECT profile_members(asked) AS ids, profile_companies(asked) AS company_ids)
        SELECT array_agg(DISTINCT buyer.profile_id)
        FROM own
        CROSS JOIN LATERAL (
            SELECT unnest(own.ids || own.company_ids)
            UNION ALL
            SELECT record.profile_id
            FROM memberships AS acting
            JOIN profiles AS person ON person.profile_id = acting.member_id AND person.restricted_at IS NULL
            CROSS JOIN LATERAL unnest(profile_members(person.profile_id)) AS record (profile_id)
            WHERE acting.company_id = ANY(own.ids || own.company_ids)
        ) AS buyer (profile_id)
    ) END
$$;
COMMENT ON FUNCTION profile_buyers IS 'The records whose orders are those of a customer: their own, and where they are a company or act for one,
 those of the company and of all who act for it, but for who is restricted (Art. 18 DSGVO)';

CREATE FUNCTION profile_price_lists(asked uuid) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN NOT EXISTS (SELECT FROM price_lists) THEN '{}' ELSE (
        SELECT coalesce(array_agg(DISTINCT price_list), '{}')
        FROM price_lists
        WHERE profile_id = ANY(profile_members(asked) || profile_companies(asked)) AND price_list <> 'list'
    ) END
$$;
COMMENT ON FUNCTION profile_price_lists IS 'The price lists of a customer and of the companies they act for, beside the one of everybody';
"""


def upgrade() -> None:
    """Make the functions."""
    migrations.execute(SQL)

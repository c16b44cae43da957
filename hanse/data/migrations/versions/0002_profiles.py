"""Customers: profiles, their identities, companies with members and machines, and the consent ledger."""

from hanse.data import migrations

revision = "0002"
down_revision = "0001"

SQL = """
CREATE TABLE profiles (
    profile_id uuid PRIMARY KEY,
    kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'company')),
    traits jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE profiles IS 'What is known of one person or company';
COMMENT ON COLUMN profiles.traits IS 'Given attributes by Segment''s names, such as email and firstName';

CREATE TABLE identities (
    kind text NOT NULL,
    value text NOT NULL,
    profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    source text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (kind, value)
);
COMMENT ON TABLE identities IS 'The keys of profiles: user_id, anonymous_id, email and others';
CREATE INDEX identities_profile ON identities (profile_id);

CREATE TABLE memberships (
    company_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    member_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    role text NOT NULL DEFAULT 'member',
    created_at timestamptz NOT NULL,
    PRIMARY KEY (company_id, member_id)
);
COMMENT ON TABLE memberships IS 'Which persons act for which company, and as what';
CREATE INDEX memberships_member ON memberships (member_id);

CREATE TABLE installations (
    installation_id uuid PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    product_id text NOT NULL,
    serial_number text,
    place text,
    installed_at timestamptz,
    source text NOT NULL
);
COMMENT ON TABLE installations IS 'Machines that stand at a customer''s: which product, its serial number, where and since when';
CREATE INDEX installations_profile ON installations (profile_id);
CREATE INDEX installations_product ON installations (product_id);

CREATE TABLE consents (
    consent_id uuid PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
    purpose text NOT NULL,
    granted boolean NOT NULL,
    channel text NOT NULL,
    evidence jsonb NOT NULL DEFAULT '{}',
    decided_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL
);
COMMENT ON TABLE consents IS 'Who agreed to what or took it back, append-only; the newest entry of a purpose counts (Art. 7 DSGVO)';
CREATE INDEX consents_current ON consents (profile_id, purpose, decided_at DESC, consent_id DESC);
"""


def upgrade() -> None:
    """Make the tables."""
    migrations.execute(SQL)

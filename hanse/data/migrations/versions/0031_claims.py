"""Claims that answers of language models may not make, with a first set that the shop can switch off."""

from hanse.data import migrations

revision = "0031"
down_revision = "0030"

SQL = """
CREATE TABLE language_claims (
    phrase text NOT NULL,
    language text NOT NULL,
    country text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    law text NOT NULL DEFAULT '',
    is_on boolean NOT NULL DEFAULT true,
    changed_by text NOT NULL DEFAULT '',
    changed_at timestamptz,
    PRIMARY KEY (phrase, language, country)
);
COMMENT ON TABLE language_claims IS 'What answers of language models may not say; an empty country is everywhere';

INSERT INTO language_claims (phrase, language, reason, law)
SELECT phrase, language, reason, law
FROM (VALUES
    ('environment', 'A claim about the environment needs recognised proof, and offsetting is none', 'UWG § 5; Directive (EU) 2024/825 Art. 1 No. 4'),
    ('health', 'A promise to heal or to prevent illness is forbidden for anything that is no medicine', 'HWG § 3'),
    ('food', 'A claim about health and food may be made only as it is authorised', 'Regulation (EC) 1924/2006 Art. 10'),
    ('illness', 'Food may not be said to prevent, treat or cure illness', 'Regulation (EU) 1169/2011 Art. 7(3)'),
    ('effect', 'An effect may not be promised for sure', 'HWG § 3 No. 2 (a)'),
    ('top', 'To be the best or the first has to be proved', 'UWG § 5 (1)'),
    ('test', 'A test has to be named with where it can be read', 'UWG § 5a (1)'),
    ('safety', 'Safety without any risk is promised that nobody can keep', 'UWG § 5 (2) No. 1'),
    ('guarantee', 'A guarantee has to say who gives it and on what terms', 'BGB § 479'),
    ('hurry', 'That it is soon over may not be said where it is not', 'UWG Annex No. 7'),
    ('rights', 'What the law gives to everybody may not be called special', 'UWG Annex No. 10')
) AS topic (name, reason, law)
JOIN (VALUES
    ('environment', 'klimaneutral', 'de'),
    ('environment', 'CO2-neutral', 'de'),
    ('environment', 'klimapositiv', 'de'),
    ('environment', 'umweltfreundlich', 'de'),
    ('environment', 'umweltschonend', 'de'),
    ('environment', 'ökologisch unbedenklich', 'de'),
    ('environment', 'biologisch abbaubar', 'de'),
    ('environment', 'climate neutral', 'en'),
    ('environment', 'carbon neutral', 'en'),
    ('environment', 'CO2 neutral', 'en'),
    ('environment', 'climate positive', 'en'),
    ('environment', 'environmentally friendly', 'en'),
    ('environment', 'eco-friendly', 'en'),
    ('environment', 'biodegradable', 'en'),
    ('health', 'heilt', 'de'),
    ('health', 'schmerzfrei', 'de'),
    ('health', 'nebenwirkungsfrei', 'de'),
    ('health', 'ohne Nebenwirkungen', 'de'),
    ('health', 'cures', 'en'),
    ('health', 'no side effects', 'en'),
    ('food', 'stärkt das Immunsystem', 'de'),
    ('food', 'entgiftet', 'de'),
    ('food', 'boosts the immune system', 'en'),
    ('food', 'boosts your immune system', 'en'),
    ('food', 'detoxifies', 'en'),
    ('illness', 'gegen Krebs', 'de'),
    ('illness', 'prevents cancer', 'en'),
    ('effect', 'garantiert', 'de'),
    ('effect', 'wirkt sofort', 'de'),
    ('effect', 'guaranteed results', 'en'),
    ('effect', 'guaranteed to work', 'en'),
    ('top', 'Marktführer', 'de'),
    ('top', 'die Nummer 1', 'de'),
    ('top', 'unschlagbar', 'de'),
    ('top', 'bester Preis', 'de'),
    ('top', 'market leader', 'en'),
    ('top', 'unbeatable', 'en'),
    ('top', 'best price', 'en'),
    ('test', 'Testsieger', 'de'),
    ('test', 'test winner', 'en'),
    ('safety', '100 % sicher', 'de'),
    ('safety', 'absolut sicher', 'de'),
    ('safety', 'risikofrei', 'de'),
    ('safety', '100 % safe', 'en'),
    ('safety', 'completely safe', 'en'),
    ('safety', 'risk-free', 'en'),
    ('guarantee', 'lebenslange Garantie', 'de'),
    ('guarantee', 'lifetime warranty', 'en'),
    ('guarantee', 'lifetime guarantee', 'en'),
    ('hurry', 'nur noch heute', 'de'),
    ('hurry', 'today only', 'en'),
    ('rights', 'gesetzliche Gewährleistung inklusive', 'de'),
    ('rights', 'statutory warranty included', 'en')
) AS claim (topic, phrase, language) ON claim.topic = topic.name
"""


def upgrade() -> None:
    """Make the table, and fill it."""
    migrations.execute(SQL)

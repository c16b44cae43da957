-- found_nothing --
-- Queries that found nothing whenever they were searched for, since a moment.
SELECT request ->> 'query' AS query
FROM decisions
WHERE capability = 'search' AND operation = 'search.products' AND decided_at >= %(since)s AND request ->> 'query' <> ''
GROUP BY request ->> 'query'
HAVING bool_and((answer ->> 'total')::bigint = 0);

-- propose --
-- Notes proposals; those that somebody decided about stay as they are, as do those that were made the other way round.
INSERT INTO search_synonyms (proposal_id, word, means, both_ways, origin, word_people, means_people, shared_people, strength, state, proposed_at)
SELECT %(proposal_id)s, %(word)s, %(means)s, %(both_ways)s, %(origin)s, %(word_people)s, %(means_people)s, %(shared_people)s, %(strength)s, 'proposed', %(now)s
WHERE NOT EXISTS (SELECT FROM search_synonyms WHERE word = %(means)s AND means = %(word)s)
ON CONFLICT (word, means) DO UPDATE SET
    word_people = excluded.word_people, means_people = excluded.means_people, shared_people = excluded.shared_people, strength = excluded.strength
WHERE search_synonyms.state = 'proposed'
RETURNING proposal_id;

-- list --
-- Proposals in a state, those of most people first.
SELECT * FROM search_synonyms WHERE state = %(state)s ORDER BY shared_people DESC, strength DESC, word, means LIMIT %(limit)s;

-- count_waiting --
-- How many proposals wait for a decision.
SELECT count(*) AS count FROM search_synonyms WHERE state = 'proposed';

-- lock_one --
-- One proposal, held until it is decided.
SELECT * FROM search_synonyms WHERE proposal_id = %(proposal_id)s FOR UPDATE;

-- decide --
-- Notes a decision.
UPDATE search_synonyms SET state = %(state)s, rule_id = %(rule_id)s, both_ways = %(both_ways)s, decided_by = %(decided_by)s, decided_at = %(decided_at)s
WHERE proposal_id = %(proposal_id)s
RETURNING *;

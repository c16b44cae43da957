-- found_nothing --
-- Queries that found nothing whenever they were searched for, since a moment.
SELECT request ->> 'query' AS query
FROM decisions
WHERE capability = 'search' AND operation = 'search.products' AND decided_at >= %(since)s AND request ->> 'query' <> ''
GROUP BY request ->> 'query'
HAVING bool_and((answer ->> 'total')::bigint = 0);

-- in_vain --
-- Queries that found nothing whenever they were searched for, often enough since a moment, and that no proposal is about yet, as they are
-- mostly typed; the commonest first.
WITH asked AS (
    SELECT request ->> 'query' AS typed, lower(trim(regexp_replace(request ->> 'query', '\s+', ' ', 'g'))) AS query, (answer ->> 'total')::bigint AS total
    FROM decisions
    WHERE capability = 'search' AND operation = 'search.products' AND decided_at >= %(since)s AND coalesce(request ->> 'offset', '0') = '0'
)
SELECT mode() WITHIN GROUP (ORDER BY typed) AS typed, count(*) AS searches
FROM asked
WHERE query <> '' AND NOT EXISTS (SELECT FROM search_synonyms WHERE word = query)
GROUP BY query
HAVING bool_and(total = 0) AND count(*) >= %(least)s
ORDER BY searches DESC, query
LIMIT %(most)s;

-- nearest_titles --
-- Titles, in every language, of the products that are nearest to a text in what they mean.
SELECT said.value AS title
FROM (
    SELECT title, vector <#> %(vector)s::halfvec(384) AS distance
    FROM search_vectors JOIN products USING (product_id)
    WHERE state = 'active'
    ORDER BY distance
    LIMIT %(most)s
) AS near, jsonb_each_text(title) AS said
ORDER BY distance, said.key;

-- categories --
-- The categories of the shop, those first of which there is most and that sell best.
SELECT shown FROM search_phrases WHERE kind = 'category' ORDER BY weight DESC, shown LIMIT %(most)s;

-- propose --
-- Notes proposals; those that somebody decided about stay as they are, as do those that were made the other way round. What was learned
-- from people stands in the place of what a model said, and not the other way round.
INSERT INTO search_synonyms
    (proposal_id, word, means, both_ways, origin, model, word_people, means_people, shared_people, strength, state, proposed_at)
SELECT %(proposal_id)s, %(word)s, %(means)s, %(both_ways)s, %(origin)s, %(model)s, %(word_people)s, %(means_people)s, %(shared_people)s,
    %(strength)s, 'proposed', %(now)s
WHERE NOT EXISTS (SELECT FROM search_synonyms WHERE word = %(means)s AND means = %(word)s)
ON CONFLICT (word, means) DO UPDATE SET
    both_ways = excluded.both_ways, origin = excluded.origin, model = excluded.model,
    word_people = excluded.word_people, means_people = excluded.means_people, shared_people = excluded.shared_people, strength = excluded.strength
WHERE search_synonyms.state = 'proposed' AND (excluded.model IS NULL OR search_synonyms.model IS NOT NULL)
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

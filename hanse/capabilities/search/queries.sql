-- words --
-- The words of the shop.
SELECT word, written, products FROM search_words;

-- count_entries --
-- How many products are in the index.
SELECT count(*) AS count FROM search_entries;

-- count --
-- How many products are sold, in the index, and to be read.
SELECT count(*) AS sold, count(entry.product_id) AS entries, count(*) FILTER (WHERE entry.read_at IS DISTINCT FROM product.updated_at) AS stale
FROM products AS product LEFT JOIN search_entries AS entry USING (product_id)
WHERE product.state = 'active';

-- forget_reading --
-- Has every product read again.
UPDATE search_entries SET read_at = '-infinity' WHERE read_at <> '-infinity';

-- stale --
-- Products that are sold and not in an `{index}` as they are now, by their ids, from one of these on.
SELECT product.product_id, product.parent_id, product.title, product.category, product.brand, product.gtin, product.attributes, product.description,
       product.created_at, product.updated_at
FROM products AS product LEFT JOIN {index} AS entry USING (product_id)
WHERE product.state = 'active' AND product.product_id COLLATE "C" > %(after)s AND entry.read_at IS DISTINCT FROM product.updated_at
ORDER BY product.product_id COLLATE "C"
LIMIT %(most)s;

-- texts --
-- All texts of the products that are sold, by their ids, from one of these on.
SELECT product_id, concat_ws(' ', brand,
    (SELECT string_agg(value, ' ') FROM jsonb_each_text(title)),
    (SELECT string_agg(value, ' ') FROM jsonb_each_text(category)),
    (SELECT string_agg(trim('"' FROM said::text), ' ') FROM jsonb_path_query(attributes, 'strict $.**.value ? (@.type() == "string")', silent => true) AS said),
    (SELECT string_agg(left(value, 2000), ' ') FROM jsonb_each_text(description))) AS texts
FROM products
WHERE state = 'active' AND product_id COLLATE "C" > %(after)s
ORDER BY product_id COLLATE "C"
LIMIT %(most)s;

-- drop_gone --
-- Takes out what is not sold any more.
DELETE FROM search_entries USING products WHERE products.product_id = search_entries.product_id AND products.state <> 'active';

-- refresh_offers --
-- Notes what products cost everybody now, whether they are in stock, how well they sell, and how many variants there are of each.
UPDATE search_entries AS entry
SET amount_minor = fresh.amount_minor, currency = fresh.currency, in_stock = fresh.in_stock, popularity_score = fresh.popularity_score,
    variants = fresh.variants
FROM (
    SELECT known.product_id, price.amount_minor, price.currency, pieces.in_stock, coalesce(sold.popularity_score, 0)::real AS popularity_score,
           CASE WHEN count(*) OVER shared > 1 THEN count(*) FILTER (WHERE known.product_id <> known.group_id) OVER shared ELSE 0 END AS variants
    FROM search_entries AS known
    LEFT JOIN (
        SELECT DISTINCT ON (product_id) product_id, amount_minor, currency
        FROM prices
        WHERE price_list = 'list' AND valid_from <= %(now)s AND valid_until > %(now)s
        ORDER BY product_id, min_quantity, valid_from DESC, currency
    ) AS price USING (product_id)
    LEFT JOIN (SELECT product_id, sum(quantity) > 0 AS in_stock FROM stock GROUP BY product_id) AS pieces USING (product_id)
    LEFT JOIN (SELECT product_id, percent_rank() OVER (ORDER BY units) AS popularity_score FROM product_statistics) AS sold USING (product_id)
    WINDOW shared AS (PARTITION BY known.group_id)
) AS fresh
WHERE fresh.product_id = entry.product_id
  AND (entry.amount_minor, entry.currency, entry.in_stock, entry.popularity_score, entry.variants)
      IS DISTINCT FROM (fresh.amount_minor, fresh.currency, fresh.in_stock, fresh.popularity_score, fresh.variants);

-- empty_words --
-- Forgets the words of the shop.
DELETE FROM search_words;

-- number_facets --
-- Gives numbers to what products have, and returns them.
WITH wanted AS MATERIALIZED (
    SELECT DISTINCT ON (name, value) name, value, title
    FROM staged_search_facets AS said
    WHERE NOT EXISTS (SELECT FROM products WHERE products.product_id = said.title ->> 'und')
    ORDER BY name, value
), made AS (
    INSERT INTO search_facets (name, value, title)
    SELECT name, value, title FROM wanted WHERE NOT EXISTS (
        SELECT FROM search_facets AS known WHERE known.name = wanted.name AND known.value = wanted.value
    )
    ON CONFLICT (name, value) DO UPDATE SET title = excluded.title
    RETURNING facet_id, name, value
)
SELECT facet_id, name, value FROM made
UNION ALL
SELECT known.facet_id, name, value FROM search_facets AS known JOIN wanted USING (name, value);

-- find_facets --
-- The numbers of what somebody chose, by its value or its title in any language.
SELECT facet_id, facet.name, facet.value
FROM unnest(%(names)s::text[], %(values)s::text[]) AS wanted (name, value)
JOIN search_facets AS facet ON facet.name = wanted.name
 AND (facet.value = wanted.value OR EXISTS (SELECT FROM jsonb_each_text(facet.title) AS said WHERE lower(said.value) = wanted.value));

-- facet_phrases --
-- Categories and brands in every language, with how many products they have and how well the best of these sells.
SELECT facet.name, said.key AS language, said.value AS title, found.products, found.weight
FROM (
    SELECT facet_id, count(*) AS products, (ln(1 + count(*)) * (0.5 + max(popularity_score)))::real AS weight
    FROM search_entries, unnest(facets) AS facet_id
    GROUP BY facet_id
) AS found
JOIN search_facets AS facet USING (facet_id), jsonb_each_text(facet.title) AS said
WHERE facet.name IN ('category', 'brand')
ORDER BY found.products;

-- empty_phrases --
-- Forgets the categories and brands that are suggested.
DELETE FROM search_phrases WHERE kind IN ('category', 'brand');

-- matching --
-- Products that a query finds, the best first by their words and how well they sell, and how many there are in all. `{filters}` narrows down;
-- of those that are `{grouped}` only the best of each group: whose number it is, what is in stock, what the others are variants of.
WITH matched AS MATERIALIZED (
    SELECT product_id, group_id, {grouped} AS is_grouped, in_stock IS NOT FALSE AS is_there,
           {grouped} AND coalesce(lexemes @@ %(own_number)s::tsquery, false) AS is_number,
           ts_rank('{{0.05, 0.3, 0.4, 1}}', lexemes, %(query)s::tsquery, 1) + 0.02 * popularity_score AS rank_score
    FROM search_entries AS entry
    WHERE lexemes @@ %(query)s::tsquery {filters}
), alone AS (
    SELECT product_id, rank_score FROM matched WHERE NOT is_grouped ORDER BY rank_score DESC, product_id LIMIT %(most)s
), grouped AS MATERIALIZED (
    SELECT DISTINCT ON (group_id) product_id, rank_score FROM matched
    WHERE is_grouped
    ORDER BY group_id, is_number DESC, is_there DESC, product_id = group_id DESC, rank_score DESC, product_id
)
SELECT product_id, (SELECT count(*) FROM matched WHERE NOT is_grouped) + (SELECT count(*) FROM grouped) AS total
FROM (SELECT * FROM alone UNION ALL SELECT * FROM grouped) AS best
ORDER BY rank_score DESC, product_id
LIMIT %(most)s;

-- having_any --
-- Products that have some of a query's words, those first that have the telling ones. `{filters}` narrows down; of those that are `{grouped}` only
-- the best of each group.
WITH matched AS MATERIALIZED (
    SELECT product_id, group_id, {grouped} AS is_grouped, (
            SELECT sum(share) FROM unnest(%(parts)s::tsquery[], %(shares)s::double precision[]) AS wanted (part, share) WHERE lexemes @@ part
        ) + 0.02 * popularity_score AS rank_score
    FROM search_entries AS entry
    WHERE lexemes @@ %(query)s::tsquery {filters}
), best AS (
    SELECT product_id, rank_score FROM matched WHERE NOT is_grouped
    UNION ALL
    (SELECT DISTINCT ON (group_id) product_id, rank_score FROM matched WHERE is_grouped ORDER BY group_id, rank_score DESC, product_id)
)
SELECT product_id FROM best ORDER BY rank_score DESC, product_id LIMIT %(most)s;

-- has_vectors --
-- Tells whether something can be found by what it means.
SELECT EXISTS (SELECT FROM search_vectors) AS has_vectors;

-- near --
-- Products whose texts mean what a query means. `{filters}` narrows down.
SELECT product_id
FROM search_vectors JOIN search_entries AS entry USING (product_id)
WHERE true {filters}
ORDER BY vector <#> %(vector)s::halfvec(384)
LIMIT %(most)s;

-- within --
-- Which of some products are what somebody narrowed down to. `{filters}` narrows down.
SELECT product_id FROM search_entries AS entry WHERE product_id = ANY (%(product_ids)s) {filters};

-- described --
-- What there is to rank some products by: which parts of a query each has, anywhere, in its title and as typed, and how near it is in meaning.
SELECT product_id, group_id, variants, facets, popularity_score, in_stock,
       ts_rank('{{0.05, 0.3, 0.4, 1}}', lexemes, %(query)s::tsquery, 1) AS rank_score,
       coalesce(lexemes @@ %(own_number)s::tsquery, false) AS is_number, coalesce(lexemes @@ %(number)s::tsquery, false) AS has_number,
       (SELECT coalesce(sum(share), 0) FROM unnest(%(anywhere)s::tsquery[], %(shares)s::double precision[]) AS said (part, share) WHERE lexemes @@ part) AS anywhere,
       (SELECT coalesce(sum(share), 0) FROM unnest(%(in_title)s::tsquery[], %(shares)s::double precision[]) AS said (part, share) WHERE lexemes @@ part) AS in_title,
       (SELECT coalesce(sum(share), 0) FROM unnest(%(exact)s::tsquery[], %(shares)s::double precision[]) AS said (part, share) WHERE lexemes @@ part) AS exact,
       -(search_vectors.vector <#> %(vector)s::halfvec(384)) AS near_score
FROM search_entries LEFT JOIN search_vectors USING (product_id)
WHERE product_id = ANY (%(product_ids)s);

-- count_unread --
-- How many products have no vector of what they are now.
SELECT count(*) AS count
FROM products AS product LEFT JOIN search_vectors AS entry USING (product_id)
WHERE product.state = 'active' AND entry.read_at IS DISTINCT FROM product.updated_at;

-- stale_documents --
-- Documents that are not in the index as they are now, by their ids, from one of these on.
SELECT document_id
FROM documents
WHERE document_id COLLATE "C" > %(after)s AND updated_at IS DISTINCT FROM (
    SELECT min(read_at) FROM search_passages WHERE search_passages.document_id = documents.document_id
)
ORDER BY document_id COLLATE "C"
LIMIT %(most)s;

-- drop_passages --
-- Takes the passages of some documents out.
DELETE FROM search_passages WHERE document_id = ANY (%(document_ids)s);

-- forget_passages --
-- Has every document read again.
UPDATE search_passages SET read_at = '-infinity' WHERE read_at <> '-infinity';

-- passages_without_vector --
-- Passages that nobody encoded yet, from one of these on.
SELECT document_id, place, title, text
FROM search_passages JOIN documents USING (document_id)
WHERE vector IS NULL AND (document_id COLLATE "C", place) > (%(after)s, %(place)s)
ORDER BY document_id COLLATE "C", place
LIMIT %(most)s;

-- count_passages_without_vector --
-- How many passages nobody encoded yet.
SELECT count(*) AS count FROM search_passages WHERE vector IS NULL;

-- put_passage_vectors --
-- Writes the vectors of passages, as far as they are still there.
UPDATE search_passages SET vector = made.vector::halfvec(384)
FROM unnest(%(ids)s::text[], %(others)s::integer[], %(vectors)s::text[]) AS made (document_id, place, vector)
WHERE search_passages.document_id = made.document_id AND search_passages.place = made.place;

-- put_vectors --
-- Writes the vectors of products, as far as they are still there.
INSERT INTO search_vectors (product_id, vector, read_at)
SELECT product_id, made.vector::halfvec(384), made.read_at
FROM unnest(%(ids)s::text[], %(others)s::timestamptz[], %(vectors)s::text[]) AS made (product_id, read_at, vector) JOIN products USING (product_id)
ON CONFLICT (product_id) DO UPDATE SET vector = excluded.vector, read_at = excluded.read_at;

-- passages_matching --
-- Passages that have a query's words, and those that mean what it means, each kind the best first.
WITH by_words AS (
    SELECT document_id, place, row_number() OVER (ORDER BY ts_rank('{0.3, 0.3, 0.5, 1}', lexemes, %(query)s::tsquery, 1) DESC, document_id, place) AS place_by_words
    FROM search_passages
    WHERE lexemes @@ %(query)s::tsquery AND language = ANY (%(languages)s)
    ORDER BY place_by_words
    LIMIT %(most)s
), by_meaning AS (
    SELECT document_id, place, -(vector <#> %(vector)s::halfvec(384)) AS near_score
    FROM search_passages
    WHERE vector IS NOT NULL AND %(vector)s::text IS NOT NULL AND language = ANY (%(languages)s)
    ORDER BY vector <#> %(vector)s::halfvec(384)
    LIMIT %(most)s
)
SELECT document_id, documents.title, documents.kind, passage.page, passage.text, documents.url, documents.product_ids, passage.language,
       by_words.place_by_words, by_meaning.near_score,
       CASE WHEN by_meaning.near_score IS NOT NULL THEN row_number() OVER (ORDER BY by_meaning.near_score DESC NULLS LAST) END AS place_by_meaning
FROM by_words FULL JOIN by_meaning USING (document_id, place)
JOIN search_passages AS passage USING (document_id, place)
JOIN documents USING (document_id);

-- counted --
-- What the products that were found can be narrowed down by, and how many of them have it. `{matching}` and `{filters}` say which products; those
-- that are `{grouped}` count once a group.
WITH found AS MATERIALIZED (
    SELECT group_id, {grouped} AS is_grouped, facets, in_stock FROM search_entries AS entry WHERE {matching} {filters}
), counted AS (
    SELECT facet_id, count(*) AS count FROM found, unnest(facets) AS facet_id WHERE NOT is_grouped GROUP BY facet_id
    UNION ALL
    SELECT facet_id, count(*)
    FROM (SELECT DISTINCT facet_id, group_id FROM found, unnest(facets) AS facet_id WHERE is_grouped) AS said
    GROUP BY facet_id
), numbered AS (
    SELECT facet_id, sum(count)::bigint AS count FROM counted GROUP BY facet_id ORDER BY count DESC, facet_id LIMIT %(most)s
), there AS (
    SELECT count(*) FILTER (WHERE NOT is_grouped) + count(DISTINCT group_id) FILTER (WHERE is_grouped) AS count FROM found WHERE in_stock
)
SELECT name, value, title, count FROM numbered JOIN search_facets USING (facet_id)
UNION ALL
SELECT 'stock', 'true', '{{"de": "Auf Lager", "en": "In stock"}}', count FROM there WHERE count > 0
ORDER BY count DESC, name, value;

-- listed --
-- Products in an order that is not how well they fit. `{matching}` and `{filters}` say which products, `{key}` what they are ordered by, and
-- `{direction}` how; of those that are `{grouped}` only the first of each group.
WITH found AS (
    SELECT product_id, group_id, variants, {grouped} AS is_grouped, {key} AS key FROM search_entries AS entry WHERE {matching} {filters}
), best AS (
    SELECT product_id, group_id, variants, key FROM found WHERE NOT is_grouped
    UNION ALL
    (SELECT DISTINCT ON (group_id) product_id, group_id, variants, key FROM found WHERE is_grouped ORDER BY group_id, key {direction}, product_id)
)
SELECT product_id, group_id, variants, count(*) OVER () AS total FROM best ORDER BY key {direction}, product_id LIMIT %(most)s OFFSET %(skip)s;

-- price_lists --
-- The price lists of somebody and of the company they act for, without everybody's.
SELECT price_list FROM unnest(profile_price_lists(%(profile_id)s)) AS price_list WHERE price_list <> 'list' ORDER BY price_list;

-- variants --
-- What the variants in some groups cost everybody, and whether they are in stock.
SELECT group_id, product_id, amount_minor, currency, in_stock
FROM search_entries
WHERE group_id = ANY (%(group_ids)s) AND amount_minor IS NOT NULL
ORDER BY group_id, product_id;

-- own_prices --
-- What products cost somebody by their own price lists and those of the company they act for: the lowest, for the smallest quantity that has one.
SELECT DISTINCT ON (product_id) product_id, amount_minor, currency
FROM prices
WHERE product_id = ANY (%(product_ids)s) AND price_list = ANY (profile_price_lists(%(profile_id)s)) AND price_list <> 'list'
  AND valid_from <= %(now)s AND valid_until > %(now)s
ORDER BY product_id, min_quantity, amount_minor;

-- phrases_beginning --
-- Searches, categories and brands in which a word begins as somebody types, those first that begin with it, and that have more.
SELECT kind, shown, value, products FROM (
    SELECT kind, shown, value, products, phrase LIKE %(prefix)s AS begins, weight,
           row_number() OVER (PARTITION BY kind, value ORDER BY language = %(language)s DESC) AS spelling
    FROM search_phrases
    WHERE language = ANY (%(languages)s) AND (phrase LIKE %(prefix)s OR phrase LIKE %(inside)s)
) AS found
WHERE spelling = 1
ORDER BY begins DESC, weight DESC, shown
LIMIT %(most)s;

-- beginning --
-- Products whose words begin as somebody types, what sells best first; all without anything typed. Variants come one by one.
-- `{filters}` leaves out what is never shown.
SELECT product_id, group_id FROM search_entries AS entry
WHERE (%(query)s::text IS NULL OR lexemes @@ %(query)s::tsquery) {filters}
ORDER BY popularity_score DESC, product_id
LIMIT %(most)s;

-- popular_phrases --
-- What may be searched for instead.
SELECT shown FROM search_phrases WHERE language = ANY (%(languages)s) ORDER BY weight DESC, shown LIMIT %(most)s;

-- cares --
-- Which categories and brands somebody looked at and ordered lately, and how much of it was of each.
WITH happened AS (
    SELECT event.name, event.properties
    FROM unnest(profile_members(%(profile_id)s)) AS member (profile_id)
    CROSS JOIN LATERAL (
        SELECT name, properties, occurred_at
        FROM events
        WHERE events.profile_id = member.profile_id AND events.name IN ('Product Viewed', 'Product Added', 'Order Completed')
        ORDER BY occurred_at DESC
        LIMIT %(most)s
    ) AS event
    ORDER BY event.occurred_at DESC
    LIMIT %(most)s
), had AS (
    SELECT properties ->> 'product_id' AS product_id FROM happened WHERE name <> 'Order Completed'
    UNION ALL
    SELECT line ->> 'product_id'
    FROM happened, jsonb_array_elements(CASE WHEN jsonb_typeof(properties -> 'products') = 'array' THEN properties -> 'products' END) AS line
    WHERE name = 'Order Completed'
), numbered AS (
    SELECT facet_id, (SELECT count(*) FROM had) AS products
    FROM had JOIN search_entries USING (product_id), unnest(search_entries.facets) AS facet_id
)
SELECT facet_id, (count(*)::double precision / max(products)) AS share
FROM numbered JOIN search_facets USING (facet_id)
WHERE search_facets.name IN ('category', 'brand')
GROUP BY facet_id;

-- report --
-- What was searched for, how often, and what came of it: all searches together first, then the commonest queries. Looks at the first page of each
-- search; an order counts for the search that it, or one of its lines, names.
WITH asked AS (
    SELECT decision_id, decided_at, lower(trim(regexp_replace(request ->> 'query', '\s+', ' ', 'g'))) AS query, (answer ->> 'total')::bigint AS total
    FROM decisions
    WHERE capability = 'search' AND operation = %(operation)s AND decided_at >= %(since)s AND decided_at < %(until)s
      AND coalesce(request ->> 'offset', '0') = '0'
), named AS (
    SELECT decision_id::text AS named_id, event_id, name, properties FROM events
    WHERE decision_id IS NOT NULL AND occurred_at >= %(since)s AND name IN ('Product Clicked', 'Order Completed')
    UNION
    SELECT line #>> '{}', event_id, name, properties
    FROM events, jsonb_path_query(properties, '$.products[*].decision_id') AS line
    WHERE occurred_at >= %(since)s AND name = 'Order Completed'
), came AS (
    SELECT named_id, bool_or(name = 'Product Clicked') AS clicked, bool_or(name = 'Order Completed') AS ordered,
           sum(order_amount(properties)) FILTER (
               WHERE name = 'Order Completed' AND coalesce(upper(properties ->> 'currency'), %(currency)s) = %(currency)s
           ) AS revenue
    FROM named
    GROUP BY named_id
), counted AS (
    SELECT query, GROUPING(query) AS is_whole, count(*) AS searches, count(*) FILTER (WHERE total = 0) AS found_nothing,
           coalesce((array_agg(total ORDER BY decided_at DESC))[1], 0) AS products,
           count(*) FILTER (WHERE clicked) AS clicked, count(*) FILTER (WHERE ordered) AS ordered, coalesce(sum(revenue), 0) AS revenue
    FROM asked LEFT JOIN came ON came.named_id = asked.decision_id::text
    WHERE query <> ''
    GROUP BY GROUPING SETS ((), (query))
)
SELECT query, searches, found_nothing, products, clicked, ordered, revenue
FROM counted
WHERE is_whole = 1
   OR (searches >= %(least)s AND (%(only)s = 'all' OR (%(only)s = 'found_nothing' AND found_nothing > 0) OR (%(only)s = 'not_clicked' AND clicked = 0)))
ORDER BY is_whole DESC, searches DESC, query
LIMIT %(limit)s + 1;

-- empty_searches --
-- Forgets the searches that are suggested.
DELETE FROM search_phrases WHERE kind = 'search';

-- ids --
-- The products that are sold, always in the same order.
SELECT product_id FROM products WHERE state = 'active' ORDER BY product_id COLLATE "C";

-- records --
-- Some of the products that are sold with all that goes out of them: prices of some lists of the last weeks and from now on, what belongs
-- to them, documents that have an address. Relations and variants are named only where the other product is sold, too.
SELECT product_id, parent_id, title, description, category, brand, gtin, url, image_url, attributes, text_origins, media,
       (SELECT parent.title FROM products AS parent WHERE parent.product_id = product.parent_id) AS parent_title,
       (SELECT parent.url FROM products AS parent WHERE parent.product_id = product.parent_id) AS parent_url,
       EXISTS (SELECT FROM products AS parent WHERE parent.product_id = product.parent_id AND parent.state = 'active') AS has_parent,
       (SELECT sum(quantity)::double precision FROM stock WHERE stock.product_id = product.product_id) AS stock,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
               'price_list', price_list, 'min_quantity', min_quantity, 'currency', currency, 'amount_minor', amount_minor,
               'valid_from', nullif(valid_from, '-infinity'), 'valid_until', nullif(valid_until, 'infinity')
           ) ORDER BY price_list COLLATE "C", currency, min_quantity, valid_from)
           FROM prices
           WHERE prices.product_id = product.product_id AND price_list ~ %(price_lists)s AND amount_minor > 0 AND valid_from < valid_until
             AND valid_until > %(since)s
       ), '[]') AS prices,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
               'product_id', relation.product_id, 'kind', kind, 'related_id', related_id, 'quantity', quantity, 'type', relation.attributes ->> 'type'
           ) ORDER BY kind, relation.product_id COLLATE "C", related_id COLLATE "C")
           FROM (
               SELECT *, related_id AS other_id FROM product_relations WHERE product_relations.product_id = product.product_id
               UNION ALL
               SELECT *, product_relations.product_id AS other_id FROM product_relations WHERE related_id = product.product_id
           ) AS relation
           JOIN products AS other ON other.product_id = relation.other_id AND other.state = 'active'
       ), '[]') AS relations,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object('kind', kind, 'language', language, 'title', title, 'url', url) ORDER BY kind, title, document_id)
           FROM documents
           WHERE product_ids @> ARRAY[product.product_id] AND url IS NOT NULL
       ), '[]') AS documents,
       coalesce((
           SELECT jsonb_agg(variant.product_id ORDER BY variant.product_id COLLATE "C")
           FROM products AS variant
           WHERE variant.parent_id = product.product_id AND variant.state = 'active'
       ), '[]') AS variants
FROM products AS product
WHERE product_id = ANY (%(product_ids)s) AND state = 'active'
ORDER BY product_id COLLATE "C";

-- languages --
-- The languages of the titles.
SELECT DISTINCT jsonb_object_keys(title) AS language FROM products WHERE state = 'active' ORDER BY 1;

-- paths --
-- All categories that products are in, by language.
SELECT category FROM products WHERE state = 'active' AND category <> '{}' GROUP BY category ORDER BY category;

-- unsold --
-- Products that are sold and have no title, or no price in some lists that holds now or later.
SELECT product_id FROM products
WHERE state = 'active' AND (
    title = '{}' OR NOT EXISTS (
        SELECT FROM prices
        WHERE prices.product_id = products.product_id AND price_list ~ %(price_lists)s AND amount_minor > 0
          AND valid_from < valid_until AND valid_until > %(now)s
    )
);

-- make --
-- Where a feed lies while it is compared; all of it is gone with the transaction.
CREATE TEMPORARY TABLE IF NOT EXISTS feed_entries (
    position integer, line integer, mode text, product_id text, parent_id text, parent_line integer, title jsonb, description jsonb,
    brand text, gtin text, url text, image_url text, attributes jsonb, text_origins jsonb, media jsonb, category jsonb
) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS feed_prices (
    position integer, product_id text, price_list text, min_quantity integer, currency text, amount_minor bigint,
    valid_from timestamptz, valid_until timestamptz, line integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS feed_relations (
    position integer, owner_id text, product_id text, kind text, related_id text, quantity integer, type text, line integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS feed_placements (position integer, product_id text, category jsonb, line integer) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS feed_findings (code text, line bigint, product_id text, facts jsonb) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS compared_prices (product_id text, before jsonb, after jsonb, jump double precision) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS compared_relations (product_id text, before jsonb, after jsonb) ON COMMIT DROP;
TRUNCATE feed_entries, feed_prices, feed_relations, feed_placements, feed_findings, compared_prices, compared_relations;

-- make_room --
-- Lets this transaction sort and join in memory what would go through files otherwise.
SELECT set_config('work_mem', '64MB', true);

-- measure --
-- Tells the planner how much there is; nobody does it by itself for temporary tables.
ANALYZE feed_entries, feed_prices, feed_relations, feed_placements;

-- $1 to $4 as in the definition
WITH ticketed AS (
    SELECT array_position($2::text[], stratum::text) AS s, id, area, weight::numeric AS x,
        sha256(decode($1::text || id, 'escape')) AS ticket
    FROM population
), ranked AS (  -- m and rest: what is left to draw, and the weight in play, when its turn comes
    SELECT *, ($3::bigint[])[s] + 1 - row_number() OVER heavy AS m,
        sum(x) OVER (heavy ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS rest
    FROM ticketed
    WHERE s IS NOT NULL
    WINDOW heavy AS (PARTITION BY s ORDER BY x DESC, id COLLATE "C")
), judged AS (
    SELECT s, id, area, x, ticket, m * x >= rest AS certain, encode(ticket, 'hex') AS h
    FROM ranked
), final AS (  -- t = 2 int(T) + 1, T in four pieces of 60 bits and one of 16; the final m and X
    SELECT *, 2 * ((((('x' || substr(h, 1, 15))::bit(60)::bigint * 1152921504606846976::numeric
                + ('x' || substr(h, 16, 15))::bit(60)::bigint) * 1152921504606846976
                + ('x' || substr(h, 31, 15))::bit(60)::bigint) * 1152921504606846976
                + ('x' || substr(h, 46, 15))::bit(60)::bigint) * 65536
                + ('x' || substr(h, 61, 4))::bit(16)::integer) + 1 AS t,
        ($3::bigint[])[s] - count(*) FILTER (WHERE certain) OVER (PARTITION BY s) AS m,
        sum(x) FILTER (WHERE NOT certain) OVER (PARTITION BY s) AS total
    FROM judged
), keyed AS (  -- 2^128 and 2^257
    SELECT *, CASE WHEN NOT certain AND m > 0 THEN
            div(t * (total - m * x) * 340282366920938463463374607431768211456,
                (231584178474632390847141970017375815706539969331281128078915168015826259279872 - t)
                    * m * x) END AS q
    FROM final
), ordered AS (
    SELECT *, row_number() OVER (PARTITION BY s ORDER BY certain DESC,
            CASE WHEN certain THEN x END DESC, q, CASE WHEN NOT certain AND m = 0 THEN ticket END,
            id COLLATE "C") AS place
    FROM keyed
)
SELECT s, place, id, area, q::text AS key
FROM ordered
WHERE place <= ($3::bigint[])[s] + $4::bigint
ORDER BY s, place

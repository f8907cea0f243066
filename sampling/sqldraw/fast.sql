-- $1 to $4 as in the definition   $5 N of each stratum
WITH guess AS (
    SELECT array_agg(CASE WHEN likely < size
            THEN decode(lpad(to_hex(div(likely * 281474976710656, size)::bigint), 12, '0'), 'hex')
            ELSE decode(repeat('ff', 32), 'hex') END ORDER BY s) AS most
    FROM (
        SELECT s, size, n + $4::bigint + 8 * ceil(sqrt((n + $4::bigint)::numeric)) + 32 AS likely
        FROM unnest($3::bigint[], $5::bigint[]) WITH ORDINALITY AS u (n, size, s)
    ) AS sizes
), low AS MATERIALIZED (
    SELECT array_position($2::text[], stratum::text) AS s, id, area,
        sha256(decode($1::text || id, 'escape')) AS ticket
    FROM population
    WHERE sha256(decode($1::text || id, 'escape'))
        <= (SELECT most FROM guess)[array_position($2::text[], stratum::text)]
)
SELECT s, place, id, area, encode(ticket, 'hex') AS key
FROM (
    SELECT *, row_number() OVER (PARTITION BY s ORDER BY ticket, id COLLATE "C") AS place
    FROM low
) AS ordered
WHERE place <= ($3::bigint[])[s] + $4::bigint
ORDER BY s, place

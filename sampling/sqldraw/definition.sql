-- $1 seed || '|' || label || '|'   $2 ids of the strata   $3 n of each   $4 reserve of the item
SELECT s, place, id, area, encode(ticket, 'hex') AS key
FROM (
    SELECT s, id, area, ticket,
        row_number() OVER (PARTITION BY s ORDER BY ticket, id COLLATE "C") AS place
    FROM (
        SELECT array_position($2::text[], stratum::text) AS s, id, area,
            sha256(decode($1::text || id, 'escape')) AS ticket
        FROM population
    ) AS ticketed
    WHERE s IS NOT NULL
) AS ordered
WHERE place <= ($3::bigint[])[s] + $4::bigint
ORDER BY s, place

SELECT n, r->>'$.type', count(*) FROM (SELECT unnest(CAST(resources AS JSON[])) AS r, generate_subscripts(CAST(resources AS JSON[]), 1) AS n FROM events) GROUP BY 1, 2

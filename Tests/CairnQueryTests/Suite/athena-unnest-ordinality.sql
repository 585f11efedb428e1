-- UNNEST WITH ORDINALITY
SELECT n, resource.type, count(*) FROM cloudtrail_logs CROSS JOIN UNNEST(resources) WITH ORDINALITY AS t(resource, n) GROUP BY n, resource.type

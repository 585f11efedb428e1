-- CROSS JOIN with one row
SELECT e.awsRegion, count(*) AS n, max(t.total) AS total FROM events e CROSS JOIN (SELECT count(*) AS total FROM events) t GROUP BY e.awsRegion

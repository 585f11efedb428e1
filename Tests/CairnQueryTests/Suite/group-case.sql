-- grouping by CASE
SELECT CASE WHEN sourceIPAddress LIKE '%.amazonaws.com' THEN 'service' WHEN sourceIPAddress LIKE '10.%' THEN 'private' ELSE 'public' END AS origin, count(*) AS n FROM events GROUP BY 1

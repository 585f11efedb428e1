-- GROUPING SETS
SELECT eventSource, userIdentity.type, count(*) AS n FROM events GROUP BY GROUPING SETS ((eventSource), (userIdentity.type), ())

-- ROLLUP and grouping
SELECT awsRegion, readOnly, count(*) AS n, grouping(awsRegion, readOnly) AS g FROM events GROUP BY ROLLUP (awsRegion, readOnly)

-- concat, upper, reverse, lpad
SELECT DISTINCT concat(upper(awsRegion), '/', reverse(awsRegion)) AS x, lpad(awsRegion, 12, '*') AS y, awsRegion || '!' AS z FROM events

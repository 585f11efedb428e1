-- greatest, least, abs
SELECT DISTINCT greatest(length(awsRegion), 9) AS g, least(length(awsRegion), 9) AS l, abs(length(awsRegion) - 20) AS a FROM events

-- CUBE
SELECT awsRegion, managementEvent, count(*) AS n FROM events GROUP BY CUBE (awsRegion, managementEvent)

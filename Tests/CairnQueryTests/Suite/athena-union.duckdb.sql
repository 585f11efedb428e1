-- UNION drops the same rows
SELECT awsregion FROM events UNION SELECT region FROM events

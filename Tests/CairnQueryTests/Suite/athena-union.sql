-- UNION drops the same rows
SELECT awsregion FROM cloudtrail_logs UNION SELECT region FROM cloudtrail_logs

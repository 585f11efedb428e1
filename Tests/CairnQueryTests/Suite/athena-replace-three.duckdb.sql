-- replace with three arguments
SELECT DISTINCT replace(replace(awsregion, 'us-', 'US '), 'eu-', 'EU ') AS r FROM events

-- IN with NULL
SELECT count(*) FROM events WHERE awsRegion IN ('us-west-2', NULL)

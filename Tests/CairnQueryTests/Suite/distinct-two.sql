-- DISTINCT of two columns
SELECT DISTINCT awsRegion, recipientAccountId FROM events

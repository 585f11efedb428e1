-- arithmetic with intervals
SELECT eventID, CAST(eventTime AS TIMESTAMP) + INTERVAL '90' MINUTE AS later FROM events WHERE eventSource = 'rds.amazonaws.com'

SELECT eventID, CAST(epoch(CAST(eventTime AS TIMESTAMP)) AS BIGINT) AS t FROM events WHERE eventSource = 'rds.amazonaws.com'

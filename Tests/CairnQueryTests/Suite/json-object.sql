-- a whole object as a column
SELECT eventID, userIdentity, requestParameters FROM events WHERE eventSource = 'rds.amazonaws.com'

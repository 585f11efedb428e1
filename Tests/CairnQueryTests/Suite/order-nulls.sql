-- NULLS FIRST, ordinals
SELECT eventID, errorCode FROM events WHERE eventSource = 'dynamodb.amazonaws.com' ORDER BY 2 NULLS FIRST, 1 LIMIT 30

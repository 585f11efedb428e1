-- NOT EXISTS
SELECT DISTINCT e.userIdentity.arn AS arn FROM events e WHERE e.eventSource = 'ecs.amazonaws.com' AND NOT EXISTS (SELECT 1 FROM events f WHERE f.userIdentity.arn = e.userIdentity.arn AND f.errorCode IS NOT NULL)

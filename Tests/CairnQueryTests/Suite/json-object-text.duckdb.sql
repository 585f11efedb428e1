-- LIKE over whole requestParameters
SELECT eventName, count(*) FROM events WHERE requestParameters LIKE '%"bucketName":"%' GROUP BY eventName

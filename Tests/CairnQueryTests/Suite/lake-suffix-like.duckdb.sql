-- LIKE with a suffix
SELECT eventID FROM events WHERE sourceIPAddress LIKE '%.amazonaws.com' AND eventName LIKE '%Key'

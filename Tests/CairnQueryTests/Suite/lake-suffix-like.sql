-- LIKE with a suffix
SELECT eventID FROM $EDS_ID WHERE sourceIPAddress LIKE '%.amazonaws.com' AND eventName LIKE '%Key'

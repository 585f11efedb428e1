-- LIKE with a prefix
SELECT eventName, count(*) FROM events WHERE eventName LIKE 'Delete%' OR eventName LIKE 'Put%' GROUP BY eventName

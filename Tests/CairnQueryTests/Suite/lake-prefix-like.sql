-- LIKE with a prefix
SELECT eventName, count(*) FROM $EDS_ID WHERE eventName LIKE 'Delete%' OR eventName LIKE 'Put%' GROUP BY eventName

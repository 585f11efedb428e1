-- INTERSECT ALL
SELECT eventname FROM cloudtrail_logs WHERE day = '02' INTERSECT ALL SELECT eventname FROM cloudtrail_logs WHERE day = '03'

-- INTERSECT ALL
SELECT eventname FROM events WHERE day = '02' INTERSECT ALL SELECT eventname FROM events WHERE day = '03'

-- a text anywhere in the record
SELECT eventID FROM events WHERE eventJson LIKE '%185.220.101.109%'

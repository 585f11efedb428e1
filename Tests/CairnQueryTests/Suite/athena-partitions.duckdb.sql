-- partition columns
SELECT eventname, count(*) AS n FROM events WHERE year = '2025' AND month = '01' AND day IN ('02', '03') AND region = 'us-east-1' GROUP BY eventname

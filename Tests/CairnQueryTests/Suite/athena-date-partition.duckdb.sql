-- date in a range
SELECT date, count(*) FROM events WHERE date >= '2025/01/02' AND date < '2025/01/05' GROUP BY date ORDER BY date

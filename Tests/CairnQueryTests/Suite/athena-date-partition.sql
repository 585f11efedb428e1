-- date_partition in a range
SELECT date_partition, count(*) FROM cloudtrail_logs WHERE date_partition >= '2025/01/02' AND date_partition < '2025/01/05' GROUP BY date_partition ORDER BY date_partition

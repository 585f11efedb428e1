-- the projected partition of AWS's table
SELECT region, account, count(*) AS n FROM cloudtrail_logs WHERE timestamp BETWEEN '2025/01/02' AND '2025/01/03' GROUP BY region, account

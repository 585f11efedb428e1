-- a running count
SELECT day, n, sum(n) OVER (ORDER BY day) AS total FROM (SELECT day, count(*) AS n FROM cloudtrail_logs GROUP BY day)

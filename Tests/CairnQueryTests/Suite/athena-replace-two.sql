-- replace with two arguments
SELECT replace(eventsource, '.amazonaws.com') AS service, count(*) AS n FROM cloudtrail_logs GROUP BY 1 ORDER BY 2 DESC, 1

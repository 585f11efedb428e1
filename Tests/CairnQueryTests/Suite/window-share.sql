-- an aggregate over an aggregate
SELECT eventsource, count(*) AS n, sum(count(*)) OVER () AS total FROM cloudtrail_logs GROUP BY eventsource

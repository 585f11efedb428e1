-- correlated queries in the list
SELECT t.s, (SELECT count(*) FROM events e WHERE e.eventSource = t.s AND e.errorCode IS NOT NULL) AS bad FROM (SELECT DISTINCT eventSource AS s FROM events) t

-- aggregates over nothing
SELECT count(*) AS n, max(eventTime) AS m, sum(length(eventName)) AS s FROM events WHERE eventName = 'NoSuchEvent'

-- FILTER in a window aggregate
SELECT eventID, count(*) FILTER (WHERE errorcode IS NOT NULL) OVER (PARTITION BY eventsource) AS failed FROM events WHERE day = '02'

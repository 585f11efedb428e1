-- rank over a grouped query
SELECT eventsource, eventname, n FROM (SELECT eventsource, eventname, count(*) AS n, rank() OVER (PARTITION BY eventsource ORDER BY count(*) DESC) AS r FROM events GROUP BY eventsource, eventname) WHERE r = 1

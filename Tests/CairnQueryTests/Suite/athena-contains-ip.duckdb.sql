SELECT sourceIPAddress, count(*) FROM events WHERE sourceIPAddress LIKE '10.%' AND sourceIPAddress NOT LIKE '%.com' GROUP BY 1

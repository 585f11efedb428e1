-- first_value and last_value
SELECT eventID, first_value(eventname) OVER w AS f, last_value(eventname) OVER w AS l, nth_value(eventname, 2) OVER w AS s FROM events WHERE eventsource = 'iam.amazonaws.com' WINDOW w AS (PARTITION BY day ORDER BY eventtime, eventid ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)

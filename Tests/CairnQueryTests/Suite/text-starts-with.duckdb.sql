-- starts_with
SELECT eventName, count(*) FROM events WHERE starts_with(eventName, 'Describe') GROUP BY eventName

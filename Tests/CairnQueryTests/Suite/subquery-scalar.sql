-- a query as a value
SELECT eventID, eventName FROM events WHERE eventTime = (SELECT max(eventTime) FROM events)

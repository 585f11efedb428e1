-- ORDER BY an expression that is not selected
SELECT eventID FROM events WHERE eventName = 'AssumeRole' ORDER BY length(userAgent) DESC, eventID LIMIT 25

-- one event by its ID
SELECT eventName, eventTime, requestParameters FROM events WHERE eventID = '499e406d-a010-4a9d-9681-2d374f205b1e'

-- placeholder in angle brackets, comment, trailing semicolon
SELECT eventID, eventName, awsRegion -- three columns
FROM <event_data_store_id> /* the event data store */
WHERE eventSource = 'kms.amazonaws.com' AND eventName != 'Decrypt' ORDER BY eventID;

SELECT eventID FROM events WHERE eventTime >= (SELECT max(eventTime) FROM events WHERE eventName = 'PutBucketVersioning') AND eventName IN ('GetObject', 'AssumeRole', 'Decrypt')

-- ALL and ANY
SELECT eventID FROM events WHERE eventTime >= ALL (SELECT eventTime FROM events WHERE eventName = 'PutBucketVersioning') AND eventName = ANY (VALUES 'GetObject', 'AssumeRole', 'Decrypt')

-- all events of one key
SELECT eventTime, eventName, sourceIPAddress FROM events WHERE (userIdentity->>'$."accessKeyId"') = 'AKIA5BRHGIKRDR4XJJLZ' ORDER BY eventTime

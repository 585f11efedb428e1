-- max_by and min_by
SELECT sourceIPAddress, max_by(eventName, eventTime || eventID) AS last, min_by(eventName, eventTime || eventID) AS first FROM events WHERE userIdentity.type = 'IAMUser' GROUP BY sourceIPAddress

-- lag of the event before
SELECT eventID, lag(eventname) OVER (PARTITION BY (userIdentity->>'$."arn"') ORDER BY eventtime, eventid) AS before FROM events WHERE (userIdentity->>'$."type"') = 'IAMUser'

-- lag of the event before
SELECT eventID, lag(eventname) OVER (PARTITION BY useridentity.arn ORDER BY eventtime, eventid) AS before FROM cloudtrail_logs WHERE useridentity.type = 'IAMUser'

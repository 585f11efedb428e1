-- lead with a default
SELECT eventID, lead(eventname, 2, 'none') OVER (PARTITION BY sourceipaddress ORDER BY eventtime, eventid) AS later FROM cloudtrail_logs WHERE eventsource = 'iam.amazonaws.com'

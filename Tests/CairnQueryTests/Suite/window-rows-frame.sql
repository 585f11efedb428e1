-- a frame of rows
SELECT eventID, count(errorcode) OVER (ORDER BY eventtime, eventid ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) AS recent FROM cloudtrail_logs WHERE eventsource = 'ssm.amazonaws.com'

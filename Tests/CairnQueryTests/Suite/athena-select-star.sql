-- SELECT * of one service
SELECT * FROM cloudtrail_logs WHERE eventsource = 'athena.amazonaws.com'

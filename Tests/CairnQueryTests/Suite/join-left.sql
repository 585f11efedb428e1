-- LEFT JOIN with a condition on the right
SELECT a.eventID, b.eventName AS other FROM cloudtrail_logs a LEFT JOIN cloudtrail_logs b ON a.requestID = b.requestID AND a.eventID <> b.eventID WHERE a.eventSource = 'iam.amazonaws.com'

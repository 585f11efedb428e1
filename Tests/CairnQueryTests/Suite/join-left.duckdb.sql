-- LEFT JOIN with a condition on the right
SELECT a.eventID, b.eventName AS other FROM events a LEFT JOIN events b ON a.requestID = b.requestID AND a.eventID <> b.eventID WHERE a.eventSource = 'iam.amazonaws.com'

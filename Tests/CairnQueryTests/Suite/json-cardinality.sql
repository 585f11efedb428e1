-- cardinality of an object
SELECT eventName, max(cardinality(requestParameters)) AS n FROM events WHERE eventSource = 'iam.amazonaws.com' GROUP BY eventName

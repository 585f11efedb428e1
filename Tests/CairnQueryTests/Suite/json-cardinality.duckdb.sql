SELECT eventName, max(len(json_keys(requestParameters))) AS n FROM events WHERE eventSource = 'iam.amazonaws.com' GROUP BY eventName

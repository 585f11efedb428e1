SELECT eventName, userIdentity->>'$.type' FROM events WHERE eventSource = 'athena.amazonaws.com'

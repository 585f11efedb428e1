-- literal on a nested path that nobody has
SELECT eventID FROM events WHERE (userIdentity->>'$."type"') = 'Root'

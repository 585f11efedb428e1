-- LIKE over the text of an object in responseElements
SELECT eventID, eventName FROM events WHERE (responseElements->>'$."service"') LIKE '%my-ecs-cluster%'

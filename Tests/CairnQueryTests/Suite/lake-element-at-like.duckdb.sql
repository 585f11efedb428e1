-- LIKE over the text of a nested object
SELECT eventID FROM events WHERE (requestParameters->>'$."filterSet"') LIKE '%"name":"vpc-id"%'

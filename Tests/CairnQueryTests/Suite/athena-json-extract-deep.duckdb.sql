-- a deep JSONPath with an index
SELECT eventID, (requestParameters->>'$."filterSet"."items"[0]."name"') AS filter FROM events WHERE (requestParameters->>'$."filterSet"."items"[0]."name"') IS NOT NULL

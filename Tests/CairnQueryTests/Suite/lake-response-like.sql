-- LIKE over the text of an object in responseElements
SELECT eventID, eventName FROM $EDS_ID WHERE element_at(responseElements, 'service') LIKE '%my-ecs-cluster%'

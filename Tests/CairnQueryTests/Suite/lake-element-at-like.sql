-- LIKE over the text of a nested object
SELECT eventID FROM $EDS_ID WHERE element_at(requestParameters, 'filterSet') LIKE '%"name":"vpc-id"%'

-- literal on a nested path that nobody has
SELECT eventID FROM $EDS_ID WHERE userIdentity.type = 'Root'

-- eventTime against 'YYYY-MM-DD HH:MM:SS'
SELECT eventID, eventTime FROM $EDS_ID WHERE eventTime > '2025-01-03 00:00:00' AND eventTime < '2025-01-03 06:00:00' ORDER BY eventTime, eventID

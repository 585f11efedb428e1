-- NOT over NULL keeps nothing
SELECT count(*) FROM events WHERE NOT (errorCode = 'AccessDenied')

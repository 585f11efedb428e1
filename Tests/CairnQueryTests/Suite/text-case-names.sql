-- names in other letter cases, qualified
SELECT E.EVENTNAME, e.USERIDENTITY.TYPE FROM events e WHERE e.EventSource = 'athena.amazonaws.com'

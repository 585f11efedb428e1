-- RIGHT JOIN
SELECT v.name, count(e.eventID) AS n FROM (SELECT eventName, eventID FROM events) e RIGHT JOIN (VALUES ('GetObject'), ('NoSuchEvent')) AS v(name) ON e.eventName = v.name GROUP BY v.name

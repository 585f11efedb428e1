-- a list of names as VALUES
SELECT v.reason, count(*) AS n FROM events e JOIN (VALUES ('DeleteTrail', 'trail'), ('StopLogging', 'trail'), ('PutBucketVersioning', 'bucket'), ('DeleteObject', 'object')) AS v (name, reason) ON e.eventName = v.name GROUP BY v.reason

-- HAVING
SELECT userIdentity.principalId, count(*) AS n FROM $EDS_ID GROUP BY userIdentity.principalId HAVING count(*) > 20 ORDER BY n DESC, 1

-- LATERAL over a nested array
SELECT e.eventID, x.n FROM events e CROSS JOIN LATERAL (SELECT count(*) AS n FROM UNNEST(e.resources) AS t(r) WHERE r.type = 'AWS::S3::Object') x WHERE e.eventName = 'HeadObject'

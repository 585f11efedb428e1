-- count(DISTINCT) of several
SELECT count(DISTINCT eventName) AS names, count(DISTINCT sourceIPAddress) AS addresses, count(DISTINCT (userIdentity->>'$."arn"')) AS arns FROM events

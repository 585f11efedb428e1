-- IN list, GROUP BY a path
SELECT (userIdentity->>'$."arn"'), count(*) AS denied FROM events WHERE errorCode IN ('AccessDenied', 'AccessDeniedException', 'Client.UnauthorizedOperation') GROUP BY (userIdentity->>'$."arn"') ORDER BY denied DESC, (userIdentity->>'$."arn"')

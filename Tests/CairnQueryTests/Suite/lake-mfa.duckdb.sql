-- session attributes
SELECT (userIdentity->>'$."sessionContext"."attributes"."mfaAuthenticated"') AS mfa, count(*) FROM events GROUP BY (userIdentity->>'$."sessionContext"."attributes"."mfaAuthenticated"')

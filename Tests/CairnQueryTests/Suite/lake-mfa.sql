-- session attributes
SELECT userIdentity.sessionContext.attributes.mfaAuthenticated AS mfa, count(*) FROM $EDS_ID GROUP BY userIdentity.sessionContext.attributes.mfaAuthenticated

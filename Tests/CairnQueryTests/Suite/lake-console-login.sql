-- additionalEventData and responseElements by key
SELECT eventTime, userIdentity.arn, element_at(additionalEventData, 'MFAUsed') AS mfa, element_at(responseElements, 'ConsoleLogin') AS outcome FROM $EDS_ID WHERE eventName = 'ConsoleLogin' ORDER BY eventTime

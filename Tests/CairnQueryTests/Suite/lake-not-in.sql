-- NOT IN
SELECT userIdentity.type, count(*) FROM $EDS_ID WHERE userIdentity.type NOT IN ('AssumedRole', 'AWSService') GROUP BY 1

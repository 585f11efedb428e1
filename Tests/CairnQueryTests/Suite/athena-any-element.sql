-- a path through any element
SELECT eventID FROM cloudtrail_logs WHERE resources[].type = 'AWS::IAM::Role'

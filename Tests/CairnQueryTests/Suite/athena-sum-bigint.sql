-- CAST to bigint of a number with a point
SELECT sum(CAST(additionalEventData.bytesTransferredIn AS bigint)) AS bytes, count(additionalEventData.bytesTransferredIn) AS n FROM cloudtrail_logs WHERE eventSource = 's3.amazonaws.com'

-- sums of whole numbers
SELECT awsRegion, sum(length(eventName)) AS s FROM events GROUP BY awsRegion

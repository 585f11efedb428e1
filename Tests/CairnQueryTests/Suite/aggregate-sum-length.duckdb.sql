SELECT awsRegion, sum(length(eventName))::BIGINT AS s FROM events GROUP BY awsRegion

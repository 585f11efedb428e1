SELECT count(additionalEventData->>'$."x-amz-id-2"') AS n, count(DISTINCT additionalEventData->>'$."x-amz-id-2"') AS d FROM events

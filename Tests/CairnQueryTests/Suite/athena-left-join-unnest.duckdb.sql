SELECT eventName, sum(greatest(coalesce(json_array_length(resources), 0), 1))::BIGINT, sum(coalesce(json_array_length(resources), 0))::BIGINT FROM events GROUP BY 1

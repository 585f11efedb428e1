"""The typed columns that every tabular system loads CloudTrail into.

One description, three spellings: DuckDB's from_json structure, and ClickHouse's column types. A leaf is one of
text, low (text with few distinct values), json (a dynamic part, kept as text), time, uuid, flag.
"""

import json

RESOURCE = {"accountId": "low", "type": "low", "ARN": "text", "ARNPrefix": "text"}
TLS = {"tlsVersion": "low", "cipherSuite": "low", "clientProvidedHostHeader": "low", "keyExchange": "low"}
IDENTITY = {
    "type": "low",
    "principalId": "text",
    "arn": "text",
    "accountId": "low",
    "accessKeyId": "text",
    "userName": "text",
    "invokedBy": "low",
    "identityProvider": "text",
    "credentialId": "text",
    "sessionContext": {
        "sessionIssuer": {
            "type": "low",
            "principalId": "text",
            "arn": "text",
            "accountId": "low",
            "userName": "text",
        },
        "webIdFederationData": {"federatedProvider": "text", "attributes": "json"},
        "attributes": {"creationDate": "time", "mfaAuthenticated": "low"},
        "sourceIdentity": "text",
        "ec2RoleDelivery": "low",
    },
    "onBehalfOf": {"userId": "text", "identityStoreArn": "low"},
}
DYNAMIC = ["requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"]
EVENT = {
    "eventVersion": "low",
    "userIdentity": IDENTITY,
    "eventTime": "time",
    "eventSource": "low",
    "eventName": "low",
    "awsRegion": "low",
    "sourceIPAddress": "text",
    "userAgent": "text",
    "errorCode": "low",
    "errorMessage": "text",
    "requestParameters": "json",
    "responseElements": "json",
    "additionalEventData": "json",
    "requestID": "text",
    "eventID": "uuid",
    "readOnly": "flag",
    "resources": [RESOURCE],
    "eventType": "low",
    "apiVersion": "low",
    "managementEvent": "flag",
    "recipientAccountId": "low",
    "sharedEventID": "uuid",
    "vpcEndpointId": "low",
    "vpcEndpointAccountId": "low",
    "eventCategory": "low",
    "serviceEventDetails": "json",
    "sessionCredentialFromConsole": "low",
    "addendum": "json",
    "edgeDeviceDetails": "json",
    "insightDetails": "json",
    "tlsDetails": TLS,
}

DUCKDB = {"text": "VARCHAR", "low": "VARCHAR", "json": "JSON", "time": "TIMESTAMP", "uuid": "UUID", "flag": "BOOLEAN"}
CLICKHOUSE = {
    "text": "Nullable(String)",
    "low": "LowCardinality(Nullable(String))",
    "json": "Nullable(String)",
    "time": "Nullable(DateTime('UTC'))",
    "uuid": "Nullable(UUID)",
    "flag": "Nullable(Bool)",
}


def duckdb_structure() -> str:
    """The structure argument of from_json, as an SQL literal without quotes."""

    def convert(node):
        if isinstance(node, list):
            return [convert(node[0])]
        if isinstance(node, dict):
            return {key: convert(value) for key, value in node.items()}
        return DUCKDB[node]

    return json.dumps(convert(EVENT))


def clickhouse_type(node, *, nullable_text: bool = True) -> str:
    """The type that a ClickHouse column or tuple element has."""
    if isinstance(node, list):
        return f"Array({clickhouse_type(node[0])})"
    if isinstance(node, dict):
        return "Tuple(" + ", ".join(f"`{key}` {clickhouse_type(value)}" for key, value in node.items()) + ")"
    return CLICKHOUSE[node]


# What a table must answer after loading: proof that its typed columns were filled, not only that it has rows.
PROBES = {
    "events": "count(*)",
    "eventIDs": "count(DISTINCT eventID)",
    "userIdentity.arn": "count(userIdentity.arn)",
    "userIdentity.sessionContext.attributes.creationDate": "count(userIdentity.sessionContext.attributes.creationDate)",
    "requestParameters": "count(requestParameters)",
    "eventTime": "count(eventTime)",
}

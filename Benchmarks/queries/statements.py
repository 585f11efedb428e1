"""The nine questions of issue 5, as Cairn, DuckDB and ClickHouse spell them.

Cairn gets what people write for Athena. DuckDB's spelling serves Parquet, its own file and Vortex; {events} is the
table. Times are columns of type timestamp for the peers and the recorded text for Cairn, so that each says what is
natural to it; canonical.py makes the answers comparable.
"""

from dataclasses import dataclass

from peers import schema


@dataclass(frozen=True)
class Question:
    """One question. `order` are the columns whose sequence must be equal; rows may differ in order otherwise."""

    name: str
    title: str
    cairn: str
    duckdb: str
    clickhouse: str
    order: tuple = ()
    records: bool = False  # each row is one event as JSON
    extra: bool = False  # shown, but no part of the means
    needle: bool = False  # the limit for a whole process is 15 ms
    form: str = "csv"  # what whole processes write: csv or jsonl

    def spelled(self, dialect: str) -> str:
        return " ".join(getattr(self, dialect).split())


def text_leaves(node, path: str, dialect: str):
    """Every text that a record's values hold, as an expression of the dialect."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from text_leaves(value, f"{path}.{key}" if path else key, dialect)
    elif isinstance(node, list):
        yield f"toString({path})" if dialect == "clickhouse" else f"CAST({path} AS VARCHAR)"
    elif node in ("text", "low", "json"):
        yield path


def anywhere(needle: str, dialect: str) -> str:
    """A condition on every text column: what a table without the record's text has to ask."""
    form = "position({}, '{}') > 0" if dialect == "clickhouse" else "contains({}, '{}')"
    return " OR ".join(form.format(leaf, needle) for leaf in text_leaves(schema.EVENT, "", dialect))


def questions(p: dict) -> list[Question]:
    """All of them, about the given hour, day, key, event and needle."""
    hour = f"eventTime >= '{p['since']}' AND eventTime < '{p['until']}'"
    typed_hour = f"eventTime >= '{plain(p['since'])}' AND eventTime < '{plain(p['until'])}'"
    day = f"eventTime >= '{p['day']}T00:00:00Z' AND eventTime < '{p['next_day']}T00:00:00Z'"
    typed_day = f"eventTime >= '{p['day']} 00:00:00' AND eventTime < '{p['next_day']} 00:00:00'"
    event = "eventTime, eventSource, eventName, awsRegion, sourceIPAddress, errorCode, eventID"
    denied = "errorCode IN ('AccessDenied', 'AccessDeniedException', 'Client.UnauthorizedOperation')"
    ecs = "eventSource = 'ecs.amazonaws.com' AND eventName = 'UpdateService'"
    cluster, region = "my-ecs-cluster", "us-east-1"

    def same(name, title, sql, **more):
        """A question that all dialects spell alike."""
        return Question(
            name,
            title,
            sql.format(events="events"),
            sql,
            sql.replace("{events}", "cloudtrail.events"),
            **more,
        )

    def key(name, title, value, **more):
        return same(
            name,
            title,
            f"SELECT {event} FROM {{events}} WHERE userIdentity.accessKeyId = '{value}' ORDER BY eventTime",
            order=(0,),
            **more,
        )

    return [
        Question(
            "Q1",
            "count of one hour",
            f"SELECT count(*) FROM events WHERE {hour}",
            f"SELECT count(*) FROM {{events}} WHERE {typed_hour}",
            f"SELECT count(*) FROM cloudtrail.events WHERE {typed_hour}",
            needle=True,
        ),
        Question(
            "Q2",
            "the seed query",
            f"""SELECT eventTime, userIdentity.arn AS user_arn, userIdentity.userName AS user_name, sourceIPAddress,
            requestParameters.cluster, requestParameters.service,
            requestParameters.taskDefinition AS new_task_definition_arn
            FROM "your_cloudtrail_database"."your_cloudtrail_table" WHERE {ecs}
            AND requestParameters.cluster = '{cluster}' AND awsRegion = '{region}' ORDER BY eventTime DESC;""",
            f"""SELECT eventTime, userIdentity.arn AS user_arn, userIdentity.userName AS user_name, sourceIPAddress,
            (requestParameters->>'$.cluster') AS cluster, (requestParameters->>'$.service') AS service,
            (requestParameters->>'$.taskDefinition') AS new_task_definition_arn FROM {{events}} WHERE {ecs}
            AND (requestParameters->>'$.cluster') = '{cluster}' AND awsRegion = '{region}' ORDER BY eventTime DESC""",
            f"""SELECT eventTime, userIdentity.arn AS user_arn, userIdentity.userName AS user_name, sourceIPAddress,
            {', '.join(f"JSONExtract(requestParameters, '{name}', 'Nullable(String)') AS {name}"
                       for name in ('cluster', 'service', 'taskDefinition'))}
            FROM cloudtrail.events WHERE {ecs}
            AND JSONExtractString(requestParameters, 'cluster') = '{cluster}' AND awsRegion = '{region}'
            ORDER BY eventTime DESC""",
            order=(0,),
        ),
        key("Q3", "all events of one session's access key", p["session_key"], needle=True),
        key("Q3b", "all events of one user's long-lived access key", p["user_key"], extra=True),
        same(
            "Q4",
            "one event ID",
            f"SELECT {event}, userIdentity.arn AS arn, requestParameters FROM {{events}} "
            f"WHERE eventID = '{p['event_id']}'",
            needle=True,
        ),
        same(
            "Q5",
            "top event names by source",
            "SELECT eventSource, eventName, count(*) AS calls FROM {events} GROUP BY eventSource, eventName "
            "ORDER BY calls DESC, eventSource, eventName LIMIT 25",
            order=(0, 1, 2),
        ),
        same(
            "Q6",
            "denied calls by ARN",
            f"SELECT userIdentity.arn AS arn, count(*) AS calls FROM {{events}} WHERE {denied} "
            "GROUP BY userIdentity.arn ORDER BY calls DESC, arn LIMIT 25",
            order=(0, 1),
        ),
        Question(
            "Q7",
            "substring anywhere in the record",
            f"SELECT {event} FROM events WHERE eventJson LIKE '%{p['needle']}%' ORDER BY eventTime",
            f"SELECT {event} FROM {{events}} WHERE {anywhere(p['needle'], 'duckdb')} ORDER BY eventTime",
            f"SELECT {event} FROM cloudtrail.events WHERE {anywhere(p['needle'], 'clickhouse')} ORDER BY eventTime",
            order=(0,),
        ),
        Question(
            "Q8",
            "distinct addresses per day",
            "SELECT date(from_iso8601_timestamp(eventTime)) AS day, count(DISTINCT sourceIPAddress) AS addresses "
            "FROM events GROUP BY 1 ORDER BY 1",
            "SELECT eventTime::DATE AS day, count(DISTINCT sourceIPAddress) AS addresses FROM {events} "
            "GROUP BY 1 ORDER BY 1",
            "SELECT toDate(eventTime) AS day, uniqExact(sourceIPAddress) AS addresses FROM cloudtrail.events "
            "GROUP BY day ORDER BY day",
            order=(0, 1),
        ),
        Question(
            "Q9",
            "one day's events as JSON",
            f"SELECT eventJson FROM events WHERE {day}",
            f"SELECT to_json(e) FROM {{events}} e WHERE {typed_day}",
            f"SELECT * FROM cloudtrail.events WHERE {typed_day} FORMAT JSONEachRow",
            records=True,
        ),
    ]


def plain(time: str) -> str:
    """An ISO time as both peers read it for a column of type timestamp."""
    return time.replace("T", " ").rstrip("Z")

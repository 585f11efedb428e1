"""Cairn alone on ten times the history: what a question costs should depend on what it touches."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from queries import data
from queries.asking import summary, turns
from queries.session import Failed, Remote
from queries.statements import Question, questions

ASKED = ("Q1", "Q2", "Q2t", "Q3", "Q4")


def within_days(question: Question, length: int) -> Question:
    """The seed query in the middle 60 days of its history, which have as many deployments in a longer one."""
    since = data.START + timedelta(days=(length - data.DAYS) // 2)
    until = since + timedelta(days=data.DAYS)
    sql = question.spelled("cairn").replace(
        " ORDER BY", f" AND eventTime >= '{since}T00:00:00Z' AND eventTime < '{until}T00:00:00Z' ORDER BY"
    )
    return replace(question, name="Q2t", title=f"{question.title} in {data.DAYS} days", cairn=sql)


def measure(cairn: Path, worker: Path, work: Path, events: int, factor: int, rounds: int) -> dict:
    """The same organisation over `factor` times the days; each archive is asked about the middle of its own history."""
    days = [data.DAYS, data.DAYS * factor]
    counts = [events, events * factor]
    asked: list[dict[str, Question]] = []
    remotes = []
    for count, length in zip(counts, days):
        place = data.place(work, count, length)
        archive = data.archive(cairn, place, count, length)
        found = {question.name: question for question in questions(data.choose(cairn, archive, length))}
        asked.append({**found, "Q2t": within_days(found["Q2"], length)})
        remotes.append(Remote(f"cairn with {count:,} events", [worker, archive], place / "worker.log"))
    found = {}
    for name in ASKED:
        statements = [of[name].spelled("cairn") for of in asked]
        times: list[list] = [[], []]
        try:
            rows = [remote.ask("3", sql)["rows"] for remote, sql in zip(remotes, statements)]
            for order in turns([0, 1], rounds):
                for index in order:
                    times[index] += remotes[index].ask("1", statements[index])["ns"]
            small, large = map(summary, times)
            found[name] = {"title": asked[0][name].title, "rows": rows, "small": small, "large": large}
        except Failed as error:
            found[name] = {"failed": str(error)}
    for remote in remotes:
        remote.close()
    return {"events": counts, "days": days, "questions": found}

"""The measurement as Markdown, and its verdicts."""

import math

from queries import asking
from queries.asking import summary
from queries.engines import TITLES
from queries.statements import Question

PEERS = [name for name in TITLES if name != "cairn"]


def slower(mine: float, theirs: float) -> bool:
    """The issue's meaning of slower: 15% and 0.2 ms (milliseconds)."""
    return mine > theirs * 1.15 and mine - theirs > 0.2


def geometric_mean(ratios: list) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan


def medians(found: dict) -> dict:
    return {name: summary(result["ns"])["median"] for name, result in found.items() if result.get("ns")}


def verdict(questions: list[Question], in_process: dict) -> dict:
    """The figures that the issue asks for. A question whose answers differ counts nowhere but is listed."""
    against_parquet, against_best, lost, left_out = [], [], [], []
    for question in questions:
        found = in_process[question.name]
        times = medians(found["systems"])
        wrong = found["differences"]
        mine, theirs = times.get("cairn"), {name: times[name] for name in PEERS if name in times and name not in wrong}
        if mine is None or not theirs or "cairn" in wrong:
            left_out.append(question.name)
            continue
        lost += [
            f"{question.name}: {mine:.2f} ms, {TITLES[name]} {peer:.2f} ms"
            for name, peer in theirs.items()
            if slower(mine, peer)
        ]
        if not question.extra:
            if "duckdb-parquet" in theirs:
                against_parquet.append(theirs["duckdb-parquet"] / mine)
            against_best.append(min(theirs.values()) / mine)
    return {
        "against_parquet": geometric_mean(against_parquet),
        "against_best": geometric_mean(against_best),
        "questions": len(against_best),
        "slower": lost,
        "left_out": left_out,
    }


def number(value: float | None) -> str:
    if value is None or math.isnan(value):
        return "–"
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def pair(times: dict) -> str:
    return f"{number(times['median'])} ({number(times['best'])})"


def cell(result: dict | None, mark: str) -> str:
    """One system's time; a system that was not asked has none."""
    if result is None:
        return "–"
    return "failed" if "failed" in result else pair(summary(result["ns"])) + mark


def table(head: list, rows: list) -> list:
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]


def in_process_table(questions: list[Question], in_process: dict) -> list:
    rows = []
    for question in questions:
        found = in_process[question.name]
        systems, wrong = found["systems"], found["differences"]
        times = medians(systems)
        mine = times.get("cairn")
        cells = []
        for name in TITLES:
            cells.append(cell(systems.get(name), " ≠" if name in wrong else ""))
        usable = mine is not None and "cairn" not in wrong
        best = min((times[name] for name in PEERS if name in times and name not in wrong), default=None)
        rows.append(
            [
                question.name,
                question.title,
                next((result["rows"] for result in systems.values() if "rows" in result), "–"),
                *cells,
                number(times["duckdb-parquet"] / mine) if usable and "duckdb-parquet" in times else "–",
                number(best / mine) if usable and best else "–",
            ]
        )
    return table(["", "question", "rows", *TITLES.values(), "Parquet : Cairn", "best peer : Cairn"], rows)


def process_table(questions: list[Question], processes: dict, temperature: str) -> list:
    names = list(next(iter(processes.values()), {}))
    rows = []
    for question in questions:
        found = processes.get(question.name, {})
        cells = [
            pair(found[name][temperature]) if temperature in found.get(name, {}) else "failed" for name in names
        ]
        rows.append([question.name, question.title, *cells])
    return table(["", "question", *names], rows)


def over_limits(questions: list[Question], processes: dict) -> list:
    """Whole processes that take longer than the issue allows, with a warm page cache."""
    said = []
    for question in questions:
        mine = processes.get(question.name, {}).get("cairn", {}).get("warm")
        limit = 15 if question.needle else 60
        if mine and question.name not in ("Q7", "Q9") and not question.extra and mine["median"] > limit:
            said.append(f"{question.name}: {mine['median']:.1f} ms (limit {limit})")
    return said


def failures(questions: list[Question], outcome: dict) -> list:
    said = []
    for question in questions:
        found = outcome["in_process"][question.name]
        for name, result in found["systems"].items():
            if "failed" in result:
                said.append(f"- {question.name}, {TITLES[name]}: **failed**: {result['failed']}")
        said += [f"- {question.name}, {TITLES[name]}: **≠**: {how}" for name, how in found["differences"].items()]
        for name, result in outcome["processes"].get(question.name, {}).items():
            if "failed" in result:
                said.append(f"- {question.name}, process {name}: **failed**: {result['failed']}")
    return said or ["- None: every system gave the same rows."]


def markdown(questions: list[Question], outcome: dict) -> str:
    machine, result = outcome["machine"], verdict(questions, outcome["in_process"])
    processes, sizes = outcome["processes"], outcome["sizes"]
    loads = outcome["load_average"]
    joined = "; ".join
    lines = [
        f"# {len(questions)} questions to {outcome['events']:,} events",
        "",
        f"{machine['time']}; {machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB; load "
        f"average {min(loads):.1f} to {max(loads):.1f}. Cairn at commit {machine['commit']}, binary "
        f"{machine['cairn_sha256'][:12]}; {outcome['versions']}. Milliseconds: median (best) of {outcome['rounds']} "
        f"runs in turns ({asking.FEW} for peers far behind the fastest).",
        "",
        f"- Geometric mean of {result['questions']} questions in process: **{number(result['against_parquet'])} times** "
        f"DuckDB over Parquet, **{number(result['against_best'])} times** the best peer of each question.",
        f"- Slower than a peer by 15% and 0.2 ms: {joined(result['slower']) or 'none'}.",
        f"- Whole processes over their limit: {joined(over_limits(questions, processes)) or 'none'}.",
        *([f"- In no mean, for want of an equal answer: {', '.join(result['left_out'])}."] if result["left_out"] else []),
        "- Bytes per event: "
        + ", ".join(f"{name} {size / outcome['events']:.1f}" for name, size in sizes.items())
        + ".",
        "",
        "## In process",
        "",
        *in_process_table(questions, outcome["in_process"]),
        "",
    ]
    if processes:
        lines += ["## Whole processes, page cache warm", "", *process_table(questions, processes, "warm"), ""]
        if outcome["cold_rounds"]:
            heading = f"## Whole processes, caches dropped (median of {outcome['cold_rounds']})"
            lines += [heading, "", *process_table(questions, processes, "cold"), ""]
        else:
            lines += [f"Dropped caches: {outcome['cold_said']}.", ""]
    if outcome.get("scale"):
        lines += scale_lines(outcome["scale"])
    lines += ["## Failures and different answers", "", *failures(questions, outcome), "", "## Statements", ""]
    for question in questions:
        lines += [f"**{question.name}** {question.title}", "```sql", question.spelled("cairn"), "```"]
    return "\n".join(lines) + "\n"


def scale_lines(scale: dict) -> list:
    small, large = scale["events"]
    rows = []
    for name, found in scale["questions"].items():
        if "failed" in found:
            rows.append([name, found["failed"], "", "", "", ""])
            continue
        rows.append(
            [
                name,
                found["title"],
                f"{found['rows'][0]:,} / {found['rows'][1]:,}",
                pair(found["small"]),
                pair(found["large"]),
                number(found["large"]["median"] / found["small"]["median"]),
            ]
        )
    head = ["", "question", "rows", f"{small:,} events", f"{large:,} events", "ratio (aim 1.5)"]
    text = f"Cairn in process; {scale['days'][0]} and {scale['days'][1]} days of the same organisation, in turns."
    return ["## A longer history", "", text, "", *table(head, rows), ""]

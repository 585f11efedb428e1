import Cairn
import Glibc

/// What people type who know other tools, and what it is called here.
enum FamiliarWords {
  /// Words that are no commands.
  private static let commands: [String: String] = [
    "ls": "inspect", "list": "inspect", "info": "inspect", "show": "inspect", "describe": "inspect",
    "stat": "inspect", "stats": "inspect", "schema": "inspect --schema", "tables": "inspect --schema",
    "columns": "inspect --schema", "search": "grep", "find": "grep", "rg": "grep", "sql": "query",
    "select": "query", "shell": "query", "repl": "query", "ask": "query", "import": "compact",
    "load": "compact",
    "add": "compact", "ingest": "compact", "collect": "compact", "create": "compact", "cat": "scan",
    "head": "scan --limit 10", "tail": "scan --order -time --limit 10", "count": "scan --count",
    "events": "scan", "filter": "scan", "extract": "restore", "unpack": "restore", "dump": "export",
    "check": "verify", "fsck": "verify", "repair": "recover", "vacuum": "gc", "prune": "drop",
    "delete": "drop",
    "generate": "synth", "demo": "synth", "diff": "history", "whois": "who", "errors": "denied",
    "completion": "--generate-completion-script bash", "completions": "--generate-completion-script bash",
  ]

  /// Options that are none, and what may be meant: the first that the command has.
  private static let options: [String: [String]] = [
    "from": ["--since"], "after": ["--since"], "start": ["--since"], "begin": ["--since"],
    "to": ["--until", "--into"],
    "before": ["--until"], "end": ["--until"], "format": ["--output"], "type": ["--output"],
    "mode": ["--output"],
    "json": ["--output json"], "jsonl": ["--output jsonl"], "ndjson": ["--output jsonl"],
    "csv": ["--output csv"],
    "tsv": ["--output csv"], "table": ["--output table"], "box": ["--output table"],
    "line": ["--output vertical"], "md": ["--output markdown"], "markdown": ["--output markdown"],
    "html": ["--output html"], "raw": ["--output raw"], "pretty": ["--output json"], "top": ["--limit"],
    "head": ["--limit"], "max": ["--limit"], "max-count": ["--limit"], "lines": ["--limit"], "L": ["--limit"],
    "l": ["--limit"], "m": ["--limit"], "filter": ["--where"], "condition": ["--where"], "query": ["--where"],
    "q": ["--quiet"], "jq": ["--select", "--where"], "fields": ["--select"], "columns": ["--select"],
    "cols": ["--select"], "sort": ["--order"], "order-by": ["--order"], "reverse": ["--order -time"],
    "desc": ["--order -time"], "r": ["--order -time", "--regex"], "no-color": ["--color never"],
    "silent": ["--quiet"], "s": ["--quiet"], "verbose": ["--stats"], "v": ["--stats"],
    "progress": ["--stats"],
    "timing": ["--stats"], "timer": ["--stats"], "parallel": ["--threads"], "jobs": ["--threads"],
    "j": ["--threads"], "workers": ["--threads"], "archive": ["--into"], "db": ["--into"],
    "out": ["--into", "--to"],
    "output": ["--into", "--to"], "dest": ["--into", "--to"], "d": ["--into", "--to"], "force": ["--yes"],
    "y": ["--yes"], "extended-regexp": ["--regex"], "case-insensitive": ["--ignore-case"], "ip": ["--who"],
    "user": ["--who"],
  ]

  /// What to say where the first word is no command.
  static func answer(toCommand word: String, near: String?) -> String {
    if ArchiveWords.isThere(word) {
      let name = CommandText.quoted(word)
      return "\(escapeForTerminal(word)) is an archive: cairn inspect \(name) shows what is in it, "
        + "cairn query \(name) 'SQL' asks it"
    }
    let lower = word.lowercased()
    if lower.hasPrefix("select ") || lower.hasPrefix("with ") {
      return "SQL goes to a command: cairn query ARCHIVE 'SQL'"
    }
    let meant = commands[lower].map { "; that is cairn \($0)" } ?? near.map { "; did you mean \($0)?" } ?? ""
    return "there is no command \(escapeForTerminal(word))\(meant); cairn --help lists them"
  }

  /// The message of the parser, with a better guess at an option that is none: one that `help` lists.
  static func improved(_ message: String, help: String) -> String {
    let start = "Error: Unknown option '"
    guard message.hasPrefix(start), let end = message.firstIndex(of: "\n") else { return message }
    let name = message[message.index(message.startIndex, offsetBy: start.count)...].prefix { $0 != "'" }
    let word = String(name.drop { $0 == "-" }.prefix { $0 != "=" })
    let meant = (options[word] ?? []).first { option in
      help.contains(option.split(separator: " ")[0] + " ")
        || help.contains(option.split(separator: " ")[0] + "\n")
    }
    guard let meant else { return message }
    return "\(start)\(name)'. Did you mean '\(meant)'?\(message[end...])"
  }

  /// What to say beside an error about the archive, from the words behind the command: where the archive stands in
  /// another place, or what was named are logs.
  static func advice(on error: CairnError, _ words: [String]) -> String? {
    guard let command = words.first, let named = words.dropFirst().first(where: { !$0.hasPrefix("-") }) else {
      return nil
    }
    switch error {
    case .io(let path, _, ENOENT) where path == named && command != "compact":
      guard let archive = words.dropFirst().first(where: { $0 != named && ArchiveWords.isThere($0) }) else {
        return nil
      }
      let rest = words.dropFirst().filter { $0 != archive }.map(CommandText.quoted).joined(separator: " ")
      return "the archive comes first: cairn \(command) \(CommandText.quoted(archive)) \(rest)"
    case .usage(let text) where text.hasSuffix("not a Cairn archive (no CURRENT in it)"):
      return "logs become one by cairn compact \(CommandText.quoted(named)) --into ARCHIVE"
    default: return nil
    }
  }
}

import Cairn
import Glibc

/// Who was denied what: opens an archive, looks at its schema, asks a question, reads some records.
@main
struct DeniedCalls {
  static func main() async {
    guard CommandLine.arguments.count == 2 else {
      print("usage: DeniedCalls ARCHIVE")
      exit(2)
    }
    do {
      try await report(on: try Archive(path: CommandLine.arguments[1]))
    } catch let error as CairnError {
      // One line for a person, and the exit code that the command would have.
      print("DeniedCalls: \(error)")
      exit(error.exitCode)
    } catch {
      print("DeniedCalls: \(error)")
      exit(1)
    }
  }

  /// A row of the answer.
  private struct Calls: Decodable {
    var who: String?
    var eventName: String
    var calls: Int
    var last: QueryTime?
  }

  private static func report(on archive: Archive) async throws {
    // What there is to ask about.
    let schema = try ArchiveSchema(archive)
    let errors = schema.columns(like: "errorCode").first?.valueCount ?? 0
    print("\(schema.rowCount) events, \(schema.paths.count) paths, \(errors) events with an error")

    // A query: its columns are known before it runs. Rows come one after the other; those that are Decodable by name.
    let query = try Query(
      """
      SELECT userIdentity.arn AS who, eventName, count(*) AS calls, max(eventTime) AS last FROM events
      WHERE is_denied(errorCode, errorMessage) GROUP BY 1, 2 ORDER BY calls DESC, 1, 2 LIMIT 5
      """, on: archive)
    print(query.columns.map(\.name).joined(separator: "\t"))
    for try await row in query.rows(as: Calls.self) {
      print("\(row.who ?? "-")\t\(row.eventName)\t\(row.calls)\t\(row.last.map { "\($0)" } ?? "-")")
    }
    for warning in query.warnings { print("warning: \(warning)") }

    // A scan: whole records, as they were delivered.
    var request = ScanRequest()
    request.condition = try Condition("is_denied(errorCode, errorMessage)", now: 0)
    request.order = .reverseTime
    request.limit = 1
    let scan = Scan(archive, request)
    try scan.writeRecords(.compactJSON) {
      print("newest: \(String(decoding: $0, as: UTF8.self))", terminator: "")
    }
  }
}

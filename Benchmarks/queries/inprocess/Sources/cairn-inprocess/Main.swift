import Cairn
import Glibc

/// Answers statements on one open archive, as `queries/worker.py` describes: the public library as an embedder calls
/// it. A run parses, plans, executes and takes the result; nothing is kept from run to run but the open archive.
@main
struct Main {
  static func main() throws {
    guard CommandLine.arguments.count == 2 else {
      emit("usage: cairn-inprocess ARCHIVE", to: STDERR_FILENO)
      exit(2)
    }
    let archive = try Archive(path: CommandLine.arguments[1])
    while let line = readLine(strippingNewline: true) {
      let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
      let word = String(parts[0])
      let sql = parts.count == 2 ? String(parts[1]) : ""
      do {
        switch word {
        case "open": emit("{}")
        case "rows": try printRows(of: sql, on: archive)
        default: try time(sql, runs: Int(word) ?? 1, on: archive)
        }
      } catch {
        emit(#"{"error":\#(quoted("\(error)"))}"#)
      }
    }
  }

  /// Runs a statement and prints the nanoseconds of each run and the rows. Results are taken as engines of columns hand
  /// them over, and as DuckDB's tables come here: columns in buffers, typed where a column has a type, else as text.
  static func time(_ sql: String, runs: Int, on archive: Archive) throws {
    let clock = ContinuousClock()
    var times: [String] = []
    var rows = 0
    for _ in 0..<runs {
      rows = 0
      let start = clock.now
      let query = try Query(sql, on: archive)
      let types = query.columns.map { $0.type ?? .text }
      try query.run { batch in
        (batch.rowCount, types.indices.map { batch.column($0, as: types[$0]).values })
      } _: { (count: Int, columns: [ResultColumn]) in
        rows += columns.isEmpty ? 0 : count
      }
      let (seconds, attoseconds) = (clock.now - start).components
      times.append(String(seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
    }
    emit(#"{"ns":[\#(times.joined(separator: ","))],"rows":\#(rows),"how":"columns"}"#)
  }

  /// Prints the answer itself, for comparison with the peers'.
  static func printRows(of sql: String, on archive: Archive) throws {
    var output = Array(#"{"data":["#.utf8)
    var isFirst = true
    let query = try Query(sql, on: archive)
    try query.run { batch in
      for row in 0..<batch.rowCount {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
        output.append(UInt8(ascii: "["))
        for column in 0..<query.columns.count {
          if column > 0 { output.append(UInt8(ascii: ",")) }
          output += batch[row, column].json
        }
        output.append(UInt8(ascii: "]"))
      }
    }
    output += Array("]}\n".utf8)
    emit(output)
  }

  /// Writes a line.
  static func emit(_ line: String, to descriptor: Int32 = STDOUT_FILENO) {
    emit(Array(line.utf8) + [UInt8(ascii: "\n")], to: descriptor)
  }

  static func emit(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { exit(5) }
      rest = rest.dropFirst(count)
    }
  }

  /// A text as a JSON string on one line.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 32: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

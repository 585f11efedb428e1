import CairnSQL
import CairnStorage

/// A statement that is ready to run on an archive.
///
/// ```swift
/// let archive = try Archive(path: "trail.cairn")
/// let query = try Query("SELECT eventName, count(*) FROM events GROUP BY 1", on: archive)
/// try query.run { batch in
///   for row in 0..<batch.rowCount { print(batch[row, 0].text ?? "", batch[row, 1].text ?? "") }
/// }
/// ```
public final class Query {
  /// The columns of the result, in order.
  public let columns: [QueryColumn]
  /// Things to know that are no errors: paths that no record has, for example.
  public private(set) var warnings: [String] = []
  /// What has been read; complete after `run`.
  public private(set) var statistics = QueryStatistics()

  /// Parses, binds and plans one statement.
  ///
  /// Throws `CairnError.usage` with line, caret and expectation where the text is no statement that Cairn can run;
  /// as opening does where segments cannot be read.
  public init(_ sql: String, on archive: Archive, options: QueryOptions = QueryOptions()) throws {
    columns = []
    throw CairnError.usage("queries are not there yet")
  }

  /// The statements of a text, separated by semicolons, each as its own text.
  ///
  /// Throws `CairnError.usage` as `init` does.
  public static func statements(in text: String) throws -> [String] {
    throw CairnError.usage("queries are not there yet")
  }

  /// Runs the statement; `body` gets the rows in order. May be called again.
  ///
  /// Throws `CairnError.interrupted` after cancellation, `.damaged` and `.io` as scans do, and what `body` throws.
  public func run(_ body: (ResultBatch) throws -> Void) throws {}
}

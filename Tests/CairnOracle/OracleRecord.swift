/// One record, read from its original JSON.
public struct OracleRecord: Sendable {
  let root: OracleJSON

  /// Reads a record's JSON, or throws if it is none. Any JSON value will do; only objects have paths.
  public init(json: [UInt8]) throws(OracleError) {
    guard let root = OracleJSONParser.parse(json) else { throw .notJSON }
    self.root = root
  }
}

/// Why the oracle refuses an expression. Evaluation itself never fails.
public enum OracleError: Error, Equatable {
  /// The record is not JSON.
  case notJSON
  /// A function that does not exist, or a part of SQL that the oracle does not evaluate.
  case unsupported(String)
  /// A wrong number of arguments.
  case wrongArguments(String)
  /// A literal that does not spell what it should.
  case invalidLiteral(String)
}

/// One record, read from its original JSON.
public struct OracleRecord: Sendable {
  let root: OracleJSON

  /// Reads a record's JSON, or throws if it is none. Any JSON value will do; only objects have paths.
  public init(json: [UInt8]) throws(OracleError) {
    guard let root = OracleJSONParser.parse(json) else { throw .notJSON }
    self.root = root
  }

  /// The record's compact JSON (S12).
  public var compactText: [UInt8] { root.compact }

  /// The compact JSON of the records of a delivered object.
  public static func members(ofRecordsIn object: [UInt8]) throws(OracleError) -> [String] {
    guard case .object(let members)? = OracleJSONParser.parse(object),
      case .array(let records)? = members.first(where: { $0.key == Array("Records".utf8) })?.value
    else { throw .notJSON }
    return records.map { String(decoding: $0.compact, as: UTF8.self) }
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

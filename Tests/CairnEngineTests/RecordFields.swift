import Cairn
import CairnTestSupport

@testable import CairnOracle

/// What storage gives for bound paths, resolved on a record's original JSON by the oracle's parser.
struct RecordFields {
  private let root: OracleJSON

  init(json: [UInt8]) throws {
    guard let root = OracleJSONParser.parse(json) else { throw TestFailure("the record is not JSON") }
    self.root = root
  }

  /// The values of an expression's paths. Where only strings count, other values are left out.
  func values(_ paths: [BoundPath]) -> [FieldValue] {
    paths.map { path in
      let value = value(path.names)
      if path.onlyStrings, case .string = value { return value }
      return path.onlyStrings ? .missing : value
    }
  }

  private func value(_ names: [PathName]) -> FieldValue {
    var json = root
    for name in names {
      guard case .object(let members) = json,
        let match = members.first(where: { $0.key == name.bytes })
          ?? members.first(where: { !name.isExact && Self.folded($0.key) == Self.folded(name.bytes) })
      else { return .missing }
      json = match.value
    }
    return Self.field(json)
  }

  private static func field(_ json: OracleJSON) -> FieldValue {
    switch json {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .string: return .string(json.text)
    case .array, .object: return .json(json.compact)
    case .number(let spelling):
      if let text = String(validating: spelling, as: UTF8.self), let value = Int64(text),
        String(value) == text
      {
        return .integer(value)
      }
      return .number(spelling)
    }
  }

  private static func folded(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
  }
}

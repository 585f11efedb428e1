import CairnTestSupport

@testable import CairnOracle

/// The records of a log file: members of `Records`, else one a line.
enum CorpusRecords {
  static func records(_ file: [UInt8]) throws -> [[UInt8]] {
    if let whole = OracleJSONParser.parse(file) {
      guard case .object(let members) = whole,
        case .array(let records)? = members.first(where: { $0.key == Array("Records".utf8) })?.value
      else { return [file] }
      return records.map(\.compact)
    }
    return file.split(separator: UInt8(ascii: "\n")).map(Array.init).filter {
      OracleJSONParser.parse($0) != nil
    }
  }
}

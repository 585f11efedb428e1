import CairnSQL
import CairnStorage

/// Columns that no record has: read off the key of a row's first source object, as the partitions of published
/// table definitions are (S62). `$archive` is the path of the archive that has the row.
struct VirtualColumn: Hashable, Sendable {
  enum Part: String, Sendable {
    case archive = "$archive"
    /// What a search found in the row, of a scan that has one (`QueryOptions.finder`): as `ScanRows.found` has it.
    case found = "$found"
    case path = "$path"
    case fileSize = "$file_size"
    case modified = "$file_modified_time"
    case account, region, year, month, day, hour, date
  }

  let part: Part
  var format = Format.standard

  /// How a time is spelled: tables differ, so what a column is compared with says.
  enum Format: String, Sendable {
    /// `2024`, `01`, `09`, and for dates `2024/01/09`.
    case standard
    /// `9` for `09`.
    case unpadded
    /// `2024/01/09`, down to the column's own part.
    case slashes
    /// `2024-01-09`.
    case dashes
    /// `20240109`.
    case digits
    /// A value of the type date.
    case date
  }

  private static let names: [String: Part] = [
    "$archive": .archive, "$path": .path, "$file_size": .fileSize, "$file_modified_time": .modified,
    "account": .account, "accountid": .account, "account_id": .account, "account_partition": .account,
    "aws_account_id": .account, "p_account": .account, "region": .region, "region_partition": .region,
    "p_region": .region,
    "year": .year, "month": .month, "day": .day, "hour": .hour,
    "date": .date, "dt": .date, "date_partition": .date, "partition_date": .date, "log_date": .date,
    "p_date": .date, "timestamp": .date,
  ]

  init(part: Part) { self.part = part }

  private static let longestName = names.keys.reduce(0) { max($0, $1.utf8.count) }

  init?(name: String) {
    guard name.utf8.count <= VirtualColumn.longestName else { return nil }
    guard let part = VirtualColumn.names[name.lowercased()] else { return nil }
    self.part = part
  }

  /// What messages and plans call it.
  var description: String { format == .standard ? part.rawValue : "\(part.rawValue) (\(format.rawValue))" }

  /// The column as it compares with constants; nil where none of its spellings has their form.
  func adapted(to constants: [EngineValue]) -> VirtualColumn? {
    guard isTime else { return self }
    var adapted = self
    for constant in constants {
      guard let format = format(of: constant) else { return nil }
      if format == .standard { continue }
      adapted.format = format
      break
    }
    return adapted
  }

  var isTime: Bool {
    switch part {
    case .year, .month, .day, .hour, .date: true
    case .archive, .found, .path, .fileSize, .modified, .account, .region: false
    }
  }

  /// Whether every object has it, whatever its key.
  var isOfFile: Bool {
    switch part {
    case .archive, .found, .path, .fileSize, .modified: true
    default: false
    }
  }

  /// The spelling that a constant has; nil for one that the column never has.
  private func format(of constant: EngineValue) -> Format? {
    switch constant {
    case .null, .number: .standard
    case .date, .timestamp: part == .date || part == .day ? .date : nil
    case .text(let text): format(ofText: text)
    default: nil
    }
  }

  /// The spelling of a text, or of the beginning of a LIKE pattern.
  func format(ofText text: [UInt8]) -> Format? {
    let digits = text.prefix { $0 &- 0x30 <= 9 }.count
    guard digits > 0 else { return nil }
    let next = digits < text.count ? text[digits] : 0
    switch (part, digits, next) {
    case (.year, 4, 0): return .standard
    case (.year, _, _): return nil
    case (_, 4, UInt8(ascii: "/")): return .slashes
    case (_, 4, UInt8(ascii: "-")): return .dashes
    case (.month, 6, 0), (.day, 8, 0), (.date, 8, 0), (.hour, 10, 0): return .digits
    case (.date, _, _): return nil
    case (_, 1, 0): return .unpadded
    case (_, 2, 0): return .standard
    default: return nil
    }
  }

  /// The value for an object; NULL where neither the folders of its key nor its file name are CloudTrail's.
  func value(of object: SourceObject) -> EngineValue {
    switch part {
    case .path: return .text(object.key)
    case .fileSize: return EngineValue(object.byteCount)
    case .modified: return object.modificationTime.map(EngineValue.timestamp) ?? .null
    default: break
    }
    guard let delivery = SourceKey(object.key).partition else { return .null }
    switch part {
    case .archive, .found, .path, .fileSize, .modified: return .null
    case .account: return .text(Array(delivery.account))
    case .region: return .text(Array(delivery.region))
    case .year, .month, .day, .hour, .date: return time(delivery)
    }
  }

  private func time(_ delivery: SourceKey.Partition) -> EngineValue {
    let parts = [delivery.year, delivery.month, delivery.day] + (delivery.hour.map { [$0] } ?? [])
    let index: Int
    switch part {
    case .year: index = 0
    case .month: index = 1
    case .hour: index = 3
    default: index = 2
    }
    guard index < parts.count else { return .null }
    switch format {
    case .date:
      let text = parts[..<3].joined(separator: [UInt8(ascii: "-")])
      return TimePoint(spelling: Array(text)).map { .date($0.day) } ?? .null
    case .standard where part != .date: return .text(Array(parts[index]))
    case .unpadded where part != .date:
      let text = parts[index].drop { $0 == UInt8(ascii: "0") }
      return .text(text.isEmpty ? [UInt8(ascii: "0")] : Array(text))
    case .dashes: return .text(Array(parts[...index].joined(separator: [UInt8(ascii: "-")])))
    case .digits: return .text(Array(parts[...index].joined()))
    default: return .text(Array(parts[...index].joined(separator: [UInt8(ascii: "/")])))
    }
  }
}

/// The object that held a row's record, as far as columns tell of it.
struct SourceObject: Sendable {
  let key: [UInt8]
  let byteCount: Int
  /// Nanoseconds since 1970.
  private let modified: Int64

  init(_ object: StoredObject) {
    key = object.key
    byteCount = object.sourceByteCount
    modified = object.modified
  }

  /// To the millisecond, as Athena has it; nil outside of the years that have dates.
  var modificationTime: TimePoint? {
    let milliseconds = modified >= 0 ? modified / 1_000_000 : (modified + 1) / 1_000_000 - 1
    let seconds = milliseconds >= 0 ? milliseconds / 1000 : (milliseconds + 1) / 1000 - 1
    return TimePoint(seconds: seconds, nanoseconds: Int32(milliseconds - seconds * 1000) * 1_000_000)
  }
}

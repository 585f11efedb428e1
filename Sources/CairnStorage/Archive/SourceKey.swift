/// What an object's key says: parsed from CloudTrail's S3 layout where it fits.
///
/// `[prefix/]AWSLogs/[O-ID/]{account}/CloudTrail/{region}/YYYY/MM/DD/
/// {account}_CloudTrail_{region}_YYYYMMDDTHHmmZ_{16 characters}.json.gz` (AWS, "Finding your CloudTrail log
/// files" and "CloudTrail log file name format").
package struct SourceKey: Sendable, Equatable {
  package typealias Part = ArraySlice<UInt8>

  package private(set) var account: Part?
  package private(set) var region: Part?
  /// When the object was delivered, as `YYYYMMDDHHMM` in digits; `YYYYMMDD` where only the folders tell.
  package private(set) var delivery: Part?
  /// What partitions of published tables are made of; nil where neither folders nor file name are CloudTrail's.
  package private(set) var partition: Partition?
  /// The file's name is one that CloudTrail gives: whatever is in the file, a log should be.
  package private(set) var hasDeliveredName = false

  /// Account, region and time as the key spells them.
  package struct Partition: Sendable, Equatable {
    package var account: Part
    package var region: Part
    package var year: Part
    package var month: Part
    package var day: Part
    /// Only file names have it.
    package var hour: Part?
  }

  package init(_ key: [UInt8]) {
    let parts = key.split { $0 == UInt8(ascii: "/") || $0 == ObjectName.memberMark }
    let file = parts.last.flatMap(DeliveredFile.init)
    let folders = Folders(parts)
    account = folders?.account ?? file?.account
    region = folders?.region ?? file?.region
    hasDeliveredName = file != nil
    delivery = file?.minute ?? Self.folderDate(parts.dropLast()).map { ($0 + $1 + $2)[...] }
    partition = folders?.partition(file) ?? file?.partition
  }

  /// When an object with a name that CloudTrail gives was delivered, as `delivery` has it; nil for other names.
  package static func deliveredMinute(of key: [UInt8]) -> Part? {
    let name = key.split { $0 == UInt8(ascii: "/") || $0 == ObjectName.memberMark }.last
    return name.flatMap(DeliveredFile.init)?.minute
  }

  /// Where objects of a run stand in order: 0 without a date, else `YYYYMMDDHHMM` as a number.
  package var order: UInt64 {
    guard let delivery else { return 0 }
    let digits = delivery.prefix(12)
    let number = digits.reduce(0) { $0 * 10 + UInt64($1 &- 0x30) }
    return digits.count == 12 ? number : number * 10_000
  }

  /// The folders from `AWSLogs` on.
  private struct Folders {
    var account: Part
    var region: Part?
    /// Those behind the region, and the file.
    var rest: ArraySlice<Part>

    init?(_ parts: [Part]) {
      guard let logs = parts.lastIndex(where: { $0.elementsEqual("AWSLogs".utf8) }) else { return nil }
      let account = logs + 1 < parts.count && parts[logs + 1].starts(with: "o-".utf8) ? logs + 2 : logs + 1
      guard account + 1 < parts.count, parts[account + 1].starts(with: "CloudTrail".utf8) else { return nil }
      self.account = parts[account]
      region = account + 2 < parts.count ? parts[account + 2] : nil
      rest = parts.dropFirst(account + 3)
    }

    func partition(_ file: DeliveredFile?) -> Partition? {
      guard let region, rest.count > 3 else { return nil }
      let date = rest.startIndex
      return Partition(
        account: account, region: region, year: rest[date], month: rest[date + 1], day: rest[date + 2],
        hour: file?.hour)
    }
  }

  /// The last `YYYY/MM/DD` among the folders.
  private static func folderDate(_ folders: ArraySlice<Part>) -> (Part, Part, Part)? {
    func isNumber(_ text: Part, _ digits: Int) -> Bool {
      text.count == digits && text.allSatisfy { $0 &- 0x30 <= 9 }
    }
    guard folders.count >= 3 else { return nil }
    for start in stride(from: folders.endIndex - 3, through: folders.startIndex, by: -1) {
      let (year, month, day) = (folders[start], folders[start + 1], folders[start + 2])
      if isNumber(year, 4), isNumber(month, 2), isNumber(day, 2) { return (year, month, day) }
    }
    return nil
  }

  /// The key that a local path gets: the path as named, without leading `/`, `.` and `..`.
  package static func key(ofPath path: FilePath) -> [UInt8] {
    Array(parts(ofPath: path.bytes).joined(separator: [UInt8(ascii: "/")]))
  }

  /// The names in a path, without those that mean a place relative to another.
  static func parts(ofPath path: [UInt8]) -> [ArraySlice<UInt8>] {
    path.split(separator: UInt8(ascii: "/")).filter { $0 != [0x2E] && $0 != [0x2E, 0x2E] }
  }
}

/// A file name that CloudTrail gives: `{account}_CloudTrail…_{region}_…YYYYMMDDTHHmm…`.
struct DeliveredFile {
  typealias Part = ArraySlice<UInt8>
  let account: Part
  let region: Part
  /// `YYYYMMDDTHHMM` and what follows.
  private let stamp: Part
  /// The name ends in what no other object has: sixteen characters, or for digests the second.
  let isUnique: Bool

  init?(_ name: Part) {
    var fields = Fields(rest: name)
    guard let account = fields.next(), account.allSatisfy({ $0 &- 0x30 <= 9 }),
      let service = fields.next(), service.starts(with: "CloudTrail".utf8), let region = fields.next()
    else { return nil }
    var stamp = fields.next()
    while let field = stamp, !Self.isStamp(field) { stamp = fields.next() }
    guard let stamp else { return nil }
    (self.account, self.region, self.stamp) = (account, region, stamp)
    let tail = fields.next()?.prefix { $0 != UInt8(ascii: ".") } ?? []
    let seconds = stamp.dropFirst(13).prefix(2)
    isUnique = tail.count >= 16 || seconds.count == 2 && seconds.allSatisfy { $0 &- 0x30 <= 9 }
  }

  /// What stands between underscores, where anything does.
  private struct Fields {
    var rest: Part

    mutating func next() -> Part? {
      rest = rest.drop { $0 == UInt8(ascii: "_") }
      if rest.isEmpty { return nil }
      let field = rest.prefix { $0 != UInt8(ascii: "_") }
      rest = rest[field.endIndex...]
      return field
    }
  }

  /// `20210729T2355Z`, seconds allowed.
  private static func isStamp(_ field: Part) -> Bool {
    field.count >= 13
      && field.prefix(13).enumerated().allSatisfy { index, byte in
        index == 8 ? byte == UInt8(ascii: "T") : byte &- 0x30 <= 9
      }
  }

  var hour: Part { stamp.dropFirst(9).prefix(2) }
  var minute: Part { (stamp.prefix(8) + stamp.dropFirst(9).prefix(4))[...] }

  var partition: SourceKey.Partition {
    SourceKey.Partition(
      account: account, region: region, year: stamp.prefix(4), month: stamp.dropFirst(4).prefix(2),
      day: stamp.dropFirst(6).prefix(2), hour: hour)
  }
}

/// What an object's key says: parsed from CloudTrail's S3 layout where it fits.
///
/// `[prefix/]AWSLogs/[O-ID/]{account}/CloudTrail/{region}/YYYY/MM/DD/
/// {account}_CloudTrail_{region}_YYYYMMDDTHHmmZ_{16 characters}.json.gz` (AWS, "Finding your CloudTrail log
/// files" and "CloudTrail log file name format").
package struct SourceKey: Sendable, Equatable {
  package var account: String?
  package var region: String?
  /// Delivery time as `YYYYMMDDHHMM`, or `YYYYMMDD` where only the folders tell.
  package var delivery: String?
  /// The file's name is one that CloudTrail gives: whatever is in the file, a log should be.
  package private(set) var hasDeliveredName = false

  package init(_ key: [UInt8]) {
    // Only texts matter here: a part that is none fits nowhere.
    let parts = key.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self)[...] }
    if let logs = parts.lastIndex(of: "AWSLogs") {
      let rest = parts[(logs + 1)...]
      if let service = rest.firstIndex(where: { $0.hasPrefix("CloudTrail") }), service > rest.startIndex {
        account = String(parts[service - 1])
        if service + 1 < parts.count { region = String(parts[service + 1]) }
      }
    }
    if let file = parts.last { parseFileName(file) }
    if delivery == nil { delivery = Self.folderDate(parts.dropLast()) }
  }

  private mutating func parseFileName(_ name: Substring) {
    let fields = name.split(separator: "_")
    guard fields.count >= 4, fields[1].hasPrefix("CloudTrail"),
      let stamp = fields.dropFirst(3).first(where: { Self.isStamp($0) })
    else { return }
    account = account ?? String(fields[0])
    region = region ?? String(fields[2])
    hasDeliveredName = true
    let digits = stamp.filter { $0.isNumber }
    delivery = String(digits.prefix(12))
  }

  /// `20210729T2355Z`, seconds allowed.
  private static func isStamp(_ text: Substring) -> Bool {
    let bytes = Array(text.utf8.prefix(13))
    guard bytes.count == 13, bytes[8] == UInt8(ascii: "T") else { return false }
    return bytes.enumerated().allSatisfy { $0 == 8 || ($1 >= 0x30 && $1 <= 0x39) }
  }

  /// The last `YYYY/MM/DD` among the folders.
  private static func folderDate(_ folders: ArraySlice<Substring>) -> String? {
    func number(_ text: Substring, _ digits: Int) -> Bool {
      text.utf8.count == digits && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }
    guard folders.count >= 3 else { return nil }
    for start in stride(from: folders.endIndex - 3, through: folders.startIndex, by: -1) {
      let (year, month, day) = (folders[start], folders[start + 1], folders[start + 2])
      if number(year, 4), number(month, 2), number(day, 2) { return String(year + month + day) }
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

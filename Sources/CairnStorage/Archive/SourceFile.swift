import Glibc

/// A file to compact.
package struct SourceFile: Sendable {
  package var path: FilePath
  /// Its identity in the archive: any bytes.
  package var key: [UInt8]
  package var byteCount: Int
  /// Nanoseconds since 1970; 0 for streams, which have no time.
  package var modified: Int64
  /// Sorts objects by delivery time across accounts and regions, then by key: `SourceKey.order`.
  package var delivery: UInt64 = 0
  /// Standard input or a pipe: read once, size unknown.
  package var isStream = false
  var identity: FileStatus.Identity?
  /// Hash of its path from the root, links followed as far as the source that was named: the same file another time.
  var place = Hash128(low: 0, high: 0)

  /// Stands for a modification time that 64 bits of nanoseconds do not reach (before 1678, after 2261): such a file
  /// is read again in every run, since its time tells nothing.
  package static let unknownTime = Int64.min

  /// Nanoseconds since 1970.
  static func nanoseconds(_ status: FileStatus) -> Int64 {
    let (scaled, overflow) = Int64(status.modifiedSeconds).multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow, (0..<1_000_000_000).contains(status.modifiedNanoseconds) else { return unknownTime }
    let (sum, isBeyond) = scaled.addingReportingOverflow(Int64(status.modifiedNanoseconds))
    return isBeyond ? unknownTime : sum
  }

  /// The time that `nanoseconds` was made from; nil where there was none.
  static func timespec(_ nanoseconds: Int64) -> Glibc.timespec? {
    if nanoseconds == 0 || nanoseconds == unknownTime { return nil }
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0
      ? Glibc.timespec(tv_sec: Int(seconds) - 1, tv_nsec: Int(rest) + 1_000_000_000)
      : Glibc.timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
  }
}

import CairnStorage

/// When an archive was verified last, and what was found: `VERIFIED` in its directory, beside what it holds.
///
/// A line for the last verification of everything and one for the last of a share. It is for monitors, and no proof of
/// anything: whoever can write to the directory can write it.
public struct VerificationRecord: Sendable, Equatable {
  /// One verification.
  public struct Entry: Sendable, Equatable {
    /// When it ended, seconds since 1970.
    public var time: Int64
    /// Segments that were read, of those that the archive had.
    public var segments: Int
    /// Things that were wrong.
    public var problems: Int

    /// What a verification that ended at `time` (seconds since 1970) found.
    public init(time: Int64, segments: Int, problems: Int) {
      (self.time, self.segments, self.problems) = (time, segments, problems)
    }
  }

  /// Of the whole archive.
  public var whole: Entry?
  /// Of one of several shares of its segments.
  public var share: Entry?

  /// The later of the two.
  public var last: Entry? {
    guard let whole, let share else { return whole ?? share }
    return share.time > whole.time ? share : whole
  }

  private static let byteLimit = 1024

  /// What the archive at `path` says; nothing where it says nothing that can be read.
  public init(path: String) {
    guard let root = try? DirectoryHandle.openForLookup(path),
      let bytes = try? root.readStored(ArchiveDirectory.verified, limit: Self.byteLimit)
    else { return }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 4, let time = Int64(words[1]), let segments = Int(words[2]),
        let problems = Int(words[3])
      else { continue }
      let entry = Entry(time: time, segments: segments, problems: problems)
      if words[0] == "whole" { whole = entry }
      if words[0] == "share" { share = entry }
    }
  }

  /// Notes a verification in the archive at `path`. Throws `CairnError.io` where that cannot be written.
  public static func note(_ entry: Entry, isWhole: Bool, in path: String) throws {
    var record = VerificationRecord(path: path)
    if isWhole { record.whole = entry } else { record.share = entry }
    let lines = [("whole", record.whole), ("share", record.share)].compactMap { name, entry in
      entry.map { "\(name) \($0.time) \($0.segments) \($0.problems)\n" }
    }
    let root = try DirectoryHandle.open(path)
    let temporary = ArchiveDirectory.temporaryVerified
    try root.writeSynced(temporary, Array(lines.joined().utf8))
    do {
      try root.replace(ArchiveDirectory.verified, with: temporary)
    } catch {
      try? root.remove(temporary)
      throw error
    }
  }
}

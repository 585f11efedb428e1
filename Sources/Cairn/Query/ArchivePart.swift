import CairnStorage

/// A part of what a scan reads, as row groups of segments, for processes that share the work: each reads its parts, and
/// together they give each row once.
public struct ArchivePart: Sendable, Equatable {
  /// Row groups of one segment.
  struct Piece: Sendable, Equatable {
    var archive: Int
    var segment: String
    var rowGroups: Range<Int>
  }

  /// What another process makes the part of again.
  public let token: String
  /// Rows that may be looked at in it, before conditions are evaluated.
  public let rowCount: Int
  let pieces: [Piece]
  /// What `now()` means in all parts, milliseconds since 1970.
  let now: Int64

  /// Row groups of a segment that belong to the part.
  func rowGroups(of segment: ArchiveSegment) -> [Range<Int>] {
    pieces.filter { $0.archive == segment.archive && $0.segment == segment.name }.map(\.rowGroups)
  }

  // MARK: Tokens

  // `cairn1;now;rows;archive.segment.first-end,…;state;request;checksum`, numbers in decimal, hashes in hexadecimal.

  private static let mark = "cairn1"
  /// Longer texts are none.
  private static let tokenByteLimit = 1 << 20

  init(_ pieces: [Piece], rowCount: Int, now: Int64, request: String, on archive: Archive) {
    self.pieces = pieces
    self.rowCount = rowCount
    self.now = now
    let places = pieces.map {
      "\($0.archive).\($0.segment).\($0.rowGroups.lowerBound)-\($0.rowGroups.upperBound)"
    }
    let head = [
      Self.mark, String(now), String(rowCount), places.joined(separator: ","),
      Self.state(pieces, archive), Self.hash(request),
    ].joined(separator: ";")
    token = "\(head);\(Self.hash(head))"
  }

  /// The part that a token is about. `request` is what it was asked for with.
  ///
  /// Throws `CairnError.usage` where the text is no token, one of another request, or the archive's segments are not
  /// those any more that it was made of.
  public init(token: String, request: String, on archive: Archive) throws {
    guard token.utf8.count <= Self.tokenByteLimit, let part = Self.parsed(token) else {
      throw CairnError.usage("no part of a scan: the text is not what was given, or another version's")
    }
    guard part.request == Self.hash(request) else {
      throw CairnError.usage("the part belongs to a scan with another condition or other times")
    }
    guard part.state == Self.state(part.pieces, archive) else {
      throw CairnError.usage(
        "\(archive.snapshot.path): the archive has changed since the scan was divided: divide it again")
    }
    self.token = token
    (pieces, rowCount, now) = (part.pieces, part.rowCount, part.now)
  }

  private static func parsed(
    _ token: String
  ) -> (pieces: [Piece], rowCount: Int, now: Int64, state: String, request: String)? {
    let words = token.split(separator: ";", omittingEmptySubsequences: false)
    guard words.count == 7, words[0] == mark, let now = Int64(words[1]), let rowCount = Int(words[2]),
      rowCount >= 0, hash(words[..<6].joined(separator: ";")) == words[6]
    else { return nil }
    var pieces: [Piece] = []
    for place in words[3].split(separator: ",") {
      let parts = place.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let archive = Int(parts[0]), archive >= 0,
        let dot = parts[1].lastIndex(of: ".")
      else { return nil }
      let ends = parts[1][parts[1].index(after: dot)...].split(separator: "-").map { Int($0) }
      guard ends.count == 2, let first = ends[0], let end = ends[1], first >= 0, first < end else {
        return nil
      }
      pieces.append(Piece(archive: archive, segment: String(parts[1][..<dot]), rowGroups: first..<end))
    }
    return (pieces, rowCount, now, String(words[4]), String(words[5]))
  }

  /// What must be as it was: the part's own segments, since others do not change its rows. Where several archives are
  /// read as one all of them, since what one has another one hides.
  private static func state(_ pieces: [Piece], _ archive: Archive) -> String {
    let names = Set(pieces.map(\.segment))
    let isAll = archive.snapshots.count > 1
    let lines = archive.segments.filter { isAll || names.contains($0.name) }.map { segment in
      "\(segment.archive) \(segment.name) \(segment.seal) \(segment.marks?.hash ?? 0)"
    }
    return hash(lines.joined(separator: "\n"))
  }

  private static func hash(_ text: some StringProtocol) -> String {
    String(checksum(Array(text.utf8), seed: 0), radix: 16)
  }
}

extension Query {
  /// Divides what the statement reads into parts, at most so many, of about as many rows each. Nothing is read but what
  /// tells row groups apart.
  ///
  /// Throws `CairnError.usage` where the statement is more than values and conditions of rows of `events`, so that its
  /// parts would not make the whole; otherwise as running does.
  ///
  /// - Parameter request: names the scan; `QueryOptions.part` wants it again.
  public func parts(atMost count: Int, request: String) throws -> [ArchivePart] {
    guard case .rows(let root, _, _) = work, let scan = root.onlyScan else {
      throw CairnError.usage("only a scan of events without a limit can be divided")
    }
    let now = options.now ?? currentMilliseconds()
    let context = ExecutionContext(archive, options)
    let candidates = try scan.remaining(context).left
    let total = candidates.reduce(0) { $0 + $1.rows.count }
    let most = max(1, min(count, candidates.count))
    var parts: [ArchivePart] = []
    var pieces: [ArchivePart.Piece] = []
    var (rowCount, sum) = (0, 0)
    let segments = archive.segmentsInOrder
    for (index, candidate) in candidates.enumerated() {
      let segment = segments[candidate.segment.number]
      let rowGroups = candidate.rowGroup..<(candidate.rowGroup + 1)
      if let last = pieces.last, last.archive == segment.archive, last.segment == segment.name,
        last.rowGroups.upperBound == rowGroups.lowerBound
      {
        pieces[pieces.count - 1].rowGroups = last.rowGroups.lowerBound..<rowGroups.upperBound
      } else {
        pieces.append(.init(archive: segment.archive, segment: segment.name, rowGroups: rowGroups))
      }
      rowCount += candidate.rows.count
      sum += candidate.rows.count
      // A part ends where its share is reached, or where those that are left are needed for one part each.
      let left = most - parts.count - 1
      let isFull = Double(sum) * Double(most) >= Double(total) * Double(parts.count + 1)
      if left > 0, isFull || candidates.count - index - 1 <= left {
        parts.append(ArchivePart(pieces, rowCount: rowCount, now: now, request: request, on: archive))
        (pieces, rowCount) = ([], 0)
      }
    }
    if !pieces.isEmpty {
      parts.append(ArchivePart(pieces, rowCount: rowCount, now: now, request: request, on: archive))
    }
    return parts
  }
}

extension Operator {
  /// The scan below, where everything above it works on single rows.
  fileprivate var onlyScan: ScanOperator? {
    if let scan = self as? ScanOperator { return scan }
    guard self is ProjectOperator || self is FilterOperator, inputs.count == 1 else { return nil }
    return inputs[0].onlyScan
  }
}

import Glibc

/// Marks of the rows that a commit's segments share with earlier ones.
extension ArchiveWriter {
  /// A file of marks on disk under a temporary name.
  struct NewMarks {
    var entry: MarksEntry
    var temporaryName: FileName
  }

  /// Finds the marks of the state's new segments, and anew those of segments that a segment hides which is not in the
  /// state any more; writes and syncs their files in `tmp/`.
  func makeMarks(
    _ next: inout Manifest, _ new: [NewSegment], gone: [SegmentEntry], threads: Int
  ) throws -> [NewMarks] {
    let finder = ShadowFinder(threads: threads)
    let snapshot = try snapshot()
    let files = Dictionary(uniqueKeysWithValues: new.map { ($0.entry.name, $0.temporaryName) })
    let open: ShadowFinder.Opener = { [temporary] entry in
      guard let file = files[entry.name] else { return try snapshot.open(entry, readsMarks: false) }
      return try SegmentReader(try FileBlockStore(path: file, in: temporary))
    }
    var made: [NewMarks] = []
    do {
      for index in next.segments.indices {
        let entry = next.segments[index]
        guard files[entry.name] != nil || entry.marks != nil && gone.contains(where: entry.mayShare(with:))
        else {
          continue
        }
        let reader = try open(entry)
        next.segments[index].marks = nil
        let marks = try finder.marks(of: reader, behind: Array(next.segments[..<index]), open: open)
        guard let marks else { continue }
        let (named, bytes) = MarksEntry.make(marks, of: reader, entry, commit: next.sequence)
        if let old = entry.marks, old.hash == named.hash {
          next.segments[index].marks = old
          continue
        }
        let temporaryName = Self.temporaryMarksName(entry.subject.number, token)
        made.append(NewMarks(entry: named, temporaryName: temporaryName))
        try temporary.writeSynced(temporaryName, bytes)
        next.segments[index].marks = named
      }
    } catch {
      discardTemporary(made)
      throw error
    }
    return made
  }

  /// Gives the marks their names.
  func publishMarks(_ marks: [NewMarks]) throws {
    for file in marks {
      do {
        try temporary.move(file.temporaryName, to: segments, as: FileName(file.entry.name))
      } catch CairnError.io(_, _, EEXIST) {
        throw claim.superseded("somebody else has written \(paths.segment(file.entry.name)) during this run")
      }
    }
  }

  /// Removes marks that have not got their names: they can be found again.
  func discardTemporary(_ marks: [NewMarks]) {
    for file in marks { try? temporary.remove(file.temporaryName) }
  }
}

extension SegmentEntry {
  /// Whether two segments may have a record in common.
  func mayShare(with other: SegmentEntry) -> Bool {
    untimedRowCount > 0 && other.untimedRowCount > 0
      || minimumTime <= other.maximumTime && maximumTime >= other.minimumTime
  }
}

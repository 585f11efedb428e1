import Glibc

/// Where the files of a commit's segments are, whether it succeeds or not.
extension ArchiveWriter {
  /// Gives the segment its name. No name of a segment is ever given twice at a time.
  func publishFile(_ segment: NewSegment) throws {
    do {
      try temporary.move(segment.temporaryName, to: segments, as: FileName(segment.entry.name))
    } catch CairnError.io(_, _, EEXIST) {
      throw claim.superseded("somebody else has written \(paths.segment(segment.entry.name)) during this run")
    }
  }

  /// Removes segments that are not to be committed.
  func discard(_ new: [NewSegment]) {
    for segment in new { try? temporary.remove(segment.temporaryName) }
  }

  /// Moves what could not be committed to `lost+found`, wherever it has got to; says where it is.
  func keepAside(_ new: [NewSegment], because cause: String) -> String {
    var kept: [String] = []
    for segment in new {
      guard let identity = try? segment.file.status().identity else { continue }
      let places = [
        (temporary, segment.temporaryName, "tmp"), (segments, FileName(segment.entry.name), "segments"),
      ]
      for (place, name, shown) in places where (try? place.status(of: name))?.identity == identity {
        if let taken = try? LostAndFound(directory.root).take(
          name, from: place, place: "\(shown)/\(name)", reason: "its run did not commit it: \(cause)")
        {
          kept.append("\(ArchiveDirectory.lostAndFound)/\(taken)")
          continue
        }
        // The disk may be full: then under a name that the next run does not take for a temporary file's.
        let new = FileName("kept-\(segment.temporaryName)")
        kept.append(
          (try? place.move(name, to: temporary, as: new)) == nil ? "\(shown)/\(name)" : "tmp/\(new)")
      }
    }
    guard !kept.isEmpty else { return "run it again for what it has read" }
    return "what it has read is kept in \(kept.joined(separator: ", ")) of the directory that it had opened"
  }

  /// After a failed commit: its files are temporary again, so that the next run removes them, and its manifest is gone.
  /// Where the state in force is not known to be the one before, everything stays as it is.
  func takeBack(_ new: [NewSegment], _ marks: [NewMarks], _ next: Manifest) {
    discardTemporary(marks)
    guard next.sequence > manifest.sequence, (try? prove()) != nil else { return }
    try? directory.root.remove(FileName(Manifest.fileName(next.sequence)))
    for file in marks { try? segments.remove(FileName(file.entry.name)) }
    for segment in new {
      let name = FileName(segment.entry.name)
      guard let identity = try? segment.file.status().identity,
        (try? segments.status(of: name))?.identity == identity
      else { continue }
      try? segments.move(name, to: temporary, as: segment.temporaryName)
    }
  }
}

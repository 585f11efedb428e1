/// The objects that a run has taken so far, in the order of its input: an object that it meets twice is taken once,
/// whichever worker was first.
final class RunObjects: @unchecked Sendable {
  private let lock = Lock()
  private let archive: KnownIndex
  private let taken = KnownObjects()

  init(_ archive: KnownIndex) { self.archive = archive }

  /// Whether the run has taken it, and is not asking for it now.
  func contains(_ identity: KnownObjects.Identity) -> Bool { lock.withLock { taken.contains(identity) } }

  /// Takes the objects of an output, which must be next in order. False, with nothing taken, where the run has one of
  /// them already: then the output has to be made again without it.
  func take(_ output: inout PieceFiller.Output) -> Bool {
    lock.withLock {
      let entries = output.pieces.lazy.flatMap(\.objects).filter(\.isLastFragment)
      if output.isRepeatable, entries.contains(where: { taken.contains(KnownObjects.Object($0).identity) }) {
        return false
      }
      var version = 1
      for piece in output.pieces {
        for index in piece.objects.indices {
          let key = Hash128(piece.objects[index].key)
          if piece.objects[index].fragment == 0 {
            version = max(archive.version(key), taken.version(key)) + 1
          }
          piece.objects[index].version = version
          if piece.objects[index].isLastFragment { take(piece.objects[index], &output) }
        }
      }
      return true
    }
  }

  private func take(_ entry: ObjectEntry, _ output: inout PieceFiller.Output) {
    let object = KnownObjects.Object(entry)
    if archive.hasName(object.name, key: object.key) || taken.hasName(object.name, key: object.key) {
      output.changed.append(shownName(entry.key))
    }
    if archive.hasContent(object.digest) || taken.hasContent(object.digest) { output.renamedCount += 1 }
    taken.add(object)
  }
}

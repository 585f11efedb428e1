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
      var objects = KnownObjects.Object.ending(in: output.pieces)
      if output.isRepeatable, objects.contains(where: { taken.contains($0.identity) }) { return false }
      var version = 1
      var next = 0
      for piece in output.pieces {
        for index in piece.objects.indices {
          if piece.objects[index].fragment == 0 {
            let key = Hash128(piece.objects[index].key)
            version = max(archive.version(key), taken.version(key)) + 1
          }
          piece.objects[index].version = version
          if piece.objects[index].isLastFragment {
            objects[next].version = version
            take(objects[next], piece.objects[index].key, &output)
            next += 1
          }
        }
      }
      return true
    }
  }

  private func take(_ object: KnownObjects.Object, _ key: [UInt8], _ output: inout PieceFiller.Output) {
    if archive.hasName(object.name, key: object.key) || taken.hasName(object.name, key: object.key) {
      output.changed.append(shownName(key))
    }
    if archive.hasContent(object.digest) || taken.hasContent(object.digest) { output.renamedCount += 1 }
    taken.add(object)
  }
}

/// Writes rebuilt objects into the target, and counts what became of each.
final class RestoreWriter: @unchecked Sendable {
  private let target: RestoreTarget
  private let names: RestoredNames
  private let gzip: Bool
  private let tally: RestoreTally
  /// Objects of which not all fragments have come. Used by one thread at a time.
  private var open: [[UInt8]: OpenObject] = [:]

  /// An object in several segments, written up to a fragment.
  private struct OpenObject {
    /// Nil where it could not be written, or a fragment is damaged: what follows is skipped.
    var file: PartFile?
    var version: Int
    var next = 1
    var digest = SHA256()
  }

  init(_ target: RestoreTarget, _ names: RestoredNames, gzip: Bool, _ tally: RestoreTally) {
    self.target = target
    self.names = names
    self.gzip = gzip
    self.tally = tally
  }

  /// Writes an object, or a fragment behind those before. What cannot be written is counted; throws `CairnError.io`
  /// where nothing can be, `.damaged` where a fragment is out of its place.
  func write(_ object: StoredObject, _ bytes: UnsafeBufferPointer<UInt8>, from segment: String) throws {
    if object.fragment > 0 || !object.isLastFragment { return try writeFragment(object, bytes, segment) }
    do {
      let file = try target.create(names.names(object))
      try put(bytes, file)
      try finish(file, object)
    } catch let fault as RestoreFault {
      tally.fail(object, fault.reason)
    }
  }

  /// Fragments become members of one gzip file.
  private func put(_ bytes: UnsafeBufferPointer<UInt8>, _ file: PartFile) throws {
    guard gzip else { return try file.write(bytes) }
    let frame = try GzipCompressor.compress(bytes, level: 6)
    try frame.withUnsafeBufferPointer { try file.write($0) }
  }

  private func finish(_ file: PartFile, _ object: StoredObject) throws {
    file.setTime(object.modified)
    let tally = tally
    file.done = { fault in
      if let fault { tally.fail(object, fault.reason) } else { tally.add(object) }
    }
    try target.finish(file)
  }

  // MARK: Fragments

  private func writeFragment(
    _ object: StoredObject, _ bytes: UnsafeBufferPointer<UInt8>, _ segment: String
  ) throws {
    if object.fragment == 0 {
      var opened = OpenObject(version: object.version)
      do { opened.file = try target.create(names.names(object)) } catch let fault as RestoreFault {
        tally.fail(object, fault.reason)
      }
      open[object.key] = opened
    }
    guard var state = open[object.key], state.version == object.version else {
      throw CairnError.damaged(
        file: segment, offset: 0,
        cause: "object \(shownName(object.key)) begins with fragment \(object.fragment)")
    }
    if object.isLastFragment { open[object.key] = nil }
    guard let file = state.file else { return }
    state.digest.update(bytes)
    let isInPlace = object.fragment == 0 || object.fragment == state.next
    guard isInPlace, !object.isLastFragment || state.digest.finish() == object.objectDigest else {
      open[object.key]?.file = nil
      throw CairnError.damaged(
        file: segment, offset: 0,
        cause: "fragments of object \(shownName(object.key)) do not make its original bytes")
    }
    state.next = object.fragment + 1
    do {
      try put(bytes, file)
      if object.isLastFragment { return try finish(file, object) }
    } catch let fault as RestoreFault {
      tally.fail(object, fault.reason)
      state.file = nil
    }
    open[object.key] = state
  }

  /// Counts a damaged object; of one in several fragments the others are skipped.
  func skip(_ object: StoredObject, _ damage: CairnError) {
    let wasOpen = open[object.key]
    if object.fragment > 0 || !object.isLastFragment {
      open[object.key] = object.isLastFragment ? nil : OpenObject(version: object.version)
      if object.fragment > 0, wasOpen?.file == nil, wasOpen != nil { return }
    }
    tally.damage(object, damage)
  }

  /// Counts objects whose last fragment never came.
  func endFragments(of archive: String) {
    for (key, state) in open.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) where state.file != nil
    {
      tally.damage(
        CairnError.damaged(file: archive, offset: 0, cause: "object \(shownName(key)) has no last fragment"))
    }
    open = [:]
  }
}

/// What became of the objects.
final class RestoreTally: @unchecked Sendable {
  private let lock = Lock()
  private(set) var summary = Restorer.Summary()
  private(set) var firstFailures: [String] = []
  private(set) var firstDamage: CairnError?
  private var damages: Set<String> = []

  static let listLimit = 20

  func add(_ object: StoredObject) {
    lock.withLock {
      summary.byteCount += object.objectByteCount
      summary.objects += 1
      if object.flags.contains(.incomplete) { summary.incomplete += 1 }
    }
  }

  func fail(_ object: StoredObject, _ reason: String) {
    lock.withLock {
      summary.unwritten += 1
      if firstFailures.count < Self.listLimit { firstFailures.append("\(shownName(object.key)): \(reason)") }
    }
  }

  func damage(_ object: StoredObject, _ error: CairnError) {
    lock.withLock {
      firstDamage = firstDamage ?? error
      if firstFailures.count < Self.listLimit { firstFailures.append("\(shownName(object.key)): \(error)") }
    }
  }

  /// The same damage may be met more than once.
  func damage(_ error: CairnError) {
    lock.withLock {
      firstDamage = firstDamage ?? error
      guard firstFailures.count < Self.listLimit, damages.insert("\(error)").inserted else { return }
      firstFailures.append("\(error)")
    }
  }

  /// Goes on behind the damage that `body` meets.
  func noting(_ body: () throws -> Void) throws {
    do { try body() } catch let error as CairnError where error.exitCode == 4 { damage(error) }
  }
}

/// Writes the objects of several segments into new ones, in the order of their delivery: which objects they are decides
/// on the bytes, not how they came.
///
/// Objects are taken over as the segments have them, gaps, wrappings and digests; their records are printed, read again
/// and written by the writer that wrote them first, which proves that each object is rebuilt.
final class ArchiveMerger {
  /// What becomes of segments.
  struct Result {
    /// Of those named, the segments that have been read.
    var sources: [SegmentEntry] = []
    var segments: [ArchiveWriter.NewSegment] = []
  }

  private let writer: ArchiveWriter
  private let options: CompactionOptions
  private let tally = ByteTally()
  private let hashSeed = UInt64.random(in: 0 ... .max)
  private let meter: CompactionMeter

  init(_ writer: ArchiveWriter, _ options: CompactionOptions) {
    self.writer = writer
    self.options = options
    meter = CompactionMeter(options.progress, isMerging: true)
  }

  /// Reads the segments that `names` has, as far as all fragments of their objects are in them, and writes their objects
  /// anew, without those that `isDropped` says of a segment's name and an object's place. Nothing is committed.
  ///
  /// Throws as reading and writing segments do.
  func rewrite(
    _ names: Set<String>, without isDropped: (String, ObjectPlace) -> Bool = { _, _ in false }
  ) throws -> Result {
    let snapshot = try writer.snapshot()
    var sources = writer.manifest.segments.filter { names.contains($0.name) }
    var objects = try MergeObject.list(sources, snapshot)
    // An object stays in order only where all of its fragments move.
    while let torn = MergeObject.torn(objects) {
      sources = sources.enumerated().filter { !torn.contains($0.offset) }.map(\.element)
      objects = try MergeObject.list(sources, snapshot)
    }
    objects.removeAll { isDropped(sources[$0.place.segment].name, $0.place) }
    objects.sort { $0.precedes($1) }
    var result = Result(sources: sources)
    let plan = plan(objects)
    let queue = PieceQueue(plan: plan, options: options, objects: nil)
    let reader = MergeReader(sources, snapshot, objects)
    meter.start(totalFiles: objects.count)
    while true {
      try fill(queue, reader)
      var taken = queue.takeSegment()
      taken.outputs = []
      if taken.pieces.isEmpty { break }
      for piece in taken.pieces where !piece.isSpilled { tally.subtract(piece.state.memoryByteCount) }
      let byteCount = taken.pieces.reduce(0) { $0 + $1.jsonByteCount }
      result.segments.append(
        try meter.sealing(byteCount: byteCount, isLast: true) {
          try writer.write(&taken.pieces, threads: options.threads, progress: $0)
        })
    }
    try check(objects, result)
    return result
  }

  /// Pieces of consecutive objects, about as large as those of a compaction.
  private func plan(_ objects: [MergeObject]) -> [Range<Int>] {
    var plan: [Range<Int>] = []
    var start = 0
    var weight = 0
    for (index, object) in objects.enumerated() {
      weight += max(object.byteCount, Compactor.leastFileByteCount)
      guard weight >= options.pieceByteTarget else { continue }
      plan.append(start..<(index + 1))
      (start, weight) = (index + 1, 0)
    }
    if start < objects.count { plan.append(start..<objects.count) }
    return plan
  }

  private func fill(_ queue: PieceQueue, _ reader: MergeReader) throws {
    let (options, hashSeed, tally, meter) = (options, hashSeed, tally, meter)
    let directory = writer.paths.temporary
    _ = try parallelMap(count: options.threads, threads: options.threads) { _ in
      while let (index, range) = queue.next() {
        try options.checkCancelled()
        var filler = MergeFiller(options, hashSeed, tally, directory)
        let output = try filler.fill(reader, range)
        meter.add(files: range.count, output.pieces)
        queue.put(index, output)
      }
    }
  }

  /// Nothing may be missing, whatever happened.
  private func check(_ objects: [MergeObject], _ result: Result) throws {
    let bytes = objects.reduce(0) { $0 + $1.byteCount }
    let records = objects.reduce(0) { $0 + $1.recordCount }
    let written = result.segments.map(\.entry)
    guard written.reduce(0, { $0 + $1.objectCount }) == objects.count,
      written.reduce(0, { $0 + $1.recordCount }) == records,
      written.reduce(0, { $0 + $1.jsonByteCount }) == bytes
    else {
      throw CairnError.damaged(
        file: writer.paths.segments, offset: 0,
        cause: "merged segments do not hold the \(objects.count) objects of those they are made of")
    }
  }
}

/// What a merge has to know of an object, or of a fragment of one.
struct MergeObject: Sendable {
  /// In the segments that are merged.
  var place: ObjectPlace
  /// `SourceKey.order`.
  var order: UInt64
  var key: [UInt8]
  var version: Int
  var fragment: Int
  var isLastFragment: Bool
  var byteCount: Int
  var recordCount: Int

  func precedes(_ other: MergeObject) -> Bool {
    if order != other.order { return order < other.order }
    if key != other.key { return key.lexicographicallyPrecedes(other.key) }
    return (version, fragment, place.segment) < (other.version, other.fragment, other.place.segment)
  }

  /// All of the segments, in their order.
  static func list(_ segments: [SegmentEntry], _ snapshot: ArchiveSnapshot) throws -> [MergeObject] {
    var objects: [MergeObject] = []
    try snapshot.visitObjects(segments) { place, object, _ in
      objects.append(
        MergeObject(
          place: place, order: SourceKey(object.key).order, key: object.key, version: object.version,
          fragment: object.fragment, isLastFragment: object.isLastFragment, byteCount: object.byteCount,
          recordCount: object.rows.count))
    }
    return objects
  }

  /// Segments with objects of which not all fragments are among these; nil where there are none.
  static func torn(_ objects: [MergeObject]) -> Set<Int>? {
    var fragments: [ObjectIdentity: [MergeObject]] = [:]
    for object in objects where object.fragment > 0 || !object.isLastFragment {
      fragments[ObjectIdentity(object), default: []].append(object)
    }
    var torn: Set<Int> = []
    for parts in fragments.values {
      let numbers = parts.map(\.fragment).sorted()
      let isWhole = numbers == Array(numbers.indices) && parts.contains(where: \.isLastFragment)
      if !isWhole { torn.formUnion(parts.map(\.place.segment)) }
    }
    return torn.isEmpty ? nil : torn
  }
}

/// What a delivered object is, and where it goes: into the piece, to the rejects, or nowhere.
extension PieceFiller {
  /// What a delivered object holds.
  struct Content {
    var compression: Inflater.Compression
    var fault: Inflater.Fault?
    /// As delivered, or inflated.
    var bytes: PaddedBuffer
    /// SHA-256 of the bytes, where it has been computed.
    var digest: [UInt8] = []
  }

  func content(of delivery: Delivery, _ inflated: PaddedBuffer) throws -> Content {
    let compression = Inflater.compression(of: delivery.bytes.bytes)
    let fault = try inflate(delivery.bytes, compression, into: inflated)
    return Content(
      compression: compression, fault: fault, bytes: compression == .none ? delivery.bytes : inflated)
  }

  func take(_ delivery: Delivery, _ content: Content) throws {
    let (compression, fault, bytes) = (content.compression, content.fault, content.bytes)
    let isCut = delivery.bytes.count > options.objectByteLimit
    if compression == .none, isCut, let content = foreign(delivery.bytes, .none, .beginning) {
      return try leave(delivery, content)
    }
    if let fault, fault.isLimit {
      return try reject(delivery, offset: fault.offset, reason: fault.reason)
    }
    if fault == nil {
      if delivery.depth < Container.depthLimit, let container = Container(bytes.bytes),
        try takeMembers(of: container, in: bytes, delivery)
      {
        return
      }
      if let (text, wrapping) = try view.make(of: bytes.bytes, isInflated: compression != .none) {
        return try keep(delivery, content, text, wrapping)
      }
    }
    if let foreign = foreign(bytes, compression, fault == nil ? .whole : .damaged) {
      return try leave(delivery, foreign)
    }
    try keep(delivery, content, nil, .none)
  }

  private func inflate(
    _ delivered: PaddedBuffer, _ compression: Inflater.Compression, into inflated: PaddedBuffer
  ) throws -> Inflater.Fault? {
    if compression != .none {
      return try inflater.inflate(delivered.bytes, into: inflated, limit: options.objectByteLimit)
    }
    guard delivered.count > options.objectByteLimit else { return nil }
    return Inflater.Fault(
      offset: options.objectByteLimit, reason: "larger than the limit of \(options.objectByteLimit) bytes",
      isLimit: true)
  }

  private func foreign(
    _ buffer: PaddedBuffer, _ compression: Inflater.Compression, _ extent: ForeignContent.Extent
  ) -> ForeignContent? {
    ForeignContent.recognise(buffer.bytes, compression: compression, extent: extent)
  }

  /// - Parameter text: what is read of it, where that is not its bytes.
  private func keep(
    _ delivery: Delivery, _ content: Content, _ text: PaddedBuffer?, _ wrapping: Wrapping
  ) throws {
    let bytes = content.bytes
    var entry = ObjectEntry(key: delivery.key)
    entry.sourceByteCount = delivery.bytes.count
    entry.modified = delivery.source.modified
    switch content.compression {
    case .none: break
    case .gzip: entry.flags.insert(.gzip)
    case .zstd: entry.flags.insert(.zstd)
    }
    entry.flags.wrapping = wrapping
    entry.objectDigest = content.digest.isEmpty ? SHA256.digest(bytes.bytes) : content.digest
    let object = KnownObjects.Object(entry)
    entry.fingerprint = .fingerprint(bytes.bytes, object.digest)
    try known.look(for: object)
    guard isNew(object.identity) else { return note(delivery) }
    let firstPiece = output.pieces.count
    let isKept = try shred(text ?? bytes, of: text == nil ? nil : bytes, entry, object, content.fault)
    // The segment tells of a file with a name that no other has.
    if isKept, delivery.depth > 0 || !object.name.isUnique { note(delivery) }
    try takeRejects(of: delivery, from: firstPiece)
  }

  // MARK: What is known

  /// Whether the object is in neither the archive nor the run, and counts it where it is.
  private func isNew(_ identity: KnownObjects.Identity) -> Bool {
    if known.contains(identity) {
      output.skippedCount += 1
    } else if ownObjects.contains(identity) || runObjects.contains(identity) {
      output.repeatedCount += 1
    } else {
      return true
    }
    return false
  }

  /// The file, in the state in which it was read, need not be read again while its objects are there.
  private func note(_ delivery: Delivery) {
    guard
      let mark = known.newMark(
        of: delivery.file, byteCount: delivery.fileByteCount, modified: delivery.source.modified),
      output.sightings.last != mark
    else { return }
    output.sightings.append(mark)
  }

  // MARK: What is not kept

  /// Takes what the shredder rejected out of the pieces: the next file may have the same key.
  private func takeRejects(of delivery: Delivery, from firstPiece: Int) throws {
    let pieces = output.pieces[firstPiece...] + [piece]
    let rejects = pieces.flatMap(\.rejects)
    if rejects.isEmpty { return }
    for piece in pieces { piece.rejects = [] }
    let isWhole = rejects.contains { $0.isObject }
    output.rejects.append(
      FileRejects(key: delivery.key, rejects: rejects, delivered: isWhole ? try setAside(delivery) : nil))
  }

  /// Rejects an object as a whole.
  func reject(_ delivery: Delivery, offset: Int, reason: String) throws {
    output.rejects.append(
      FileRejects(key: delivery.key, reason, at: offset, delivered: try setAside(delivery)))
  }

  /// Leaves a file that holds no log where it is, unless CloudTrail gave it its name: then a log is missing.
  func leave(_ delivery: Delivery, _ content: ForeignContent) throws {
    if SourceKey(delivery.key).hasDeliveredName {
      return try reject(delivery, offset: 0, reason: content.reason)
    }
    var content = content
    // What is packed does not show what it is, but its name may: `x.json.bz2`.
    if content.isPacked, delivery.isNamedLikeLog { content.holdsLogs = true }
    output.rejects.append(
      FileRejects(
        key: delivery.key, content.reason, at: 0,
        delivered: options.keepsForeignFiles ? try setAside(delivery) : nil, foreign: content))
  }

  /// Sets the bytes aside, those that were read and those behind them: a file may change before the run ends.
  private func setAside(_ delivery: Delivery) throws -> KeptDelivery {
    let source = delivery.depth == 0 ? delivery.source : nil
    return try KeptDelivery(
      delivery.bytes.bytes, restOf: source?.file, isStream: source?.isStream ?? false, in: rejectDirectory)
  }

  // MARK: Containers

  /// Takes the members as objects. False, with nothing taken, where there are none.
  private func takeMembers(of container: Container, in bytes: PaddedBuffer, _ delivery: Delivery) throws
    -> Bool
  {
    let (sightings, rejects) = (output.sightings.count, output.rejects.count)
    let (buffer, inflated) = buffers(delivery.depth)
    var hasMembers = false
    let fault = try container.visit { member in
      hasMembers = true
      try options.checkCancelled()
      let object = delivery.member(member.name, buffer)
      let content = UnsafeBufferPointer(rebasing: bytes.bytes[member.range])
      buffer.seal(0)
      if let reason = try member.fault
        ?? inflater.unpack(member, content, into: buffer, options.objectByteLimit)
      {
        return try reject(object, offset: 0, reason: reason)
      }
      try take(object, self.content(of: object, inflated))
      if piece.isFull { try finishPiece() }
    }
    guard hasMembers else { return false }
    if let fault { try reject(delivery, offset: 0, reason: fault) }
    // What was not read whole is to be told in the next run too.
    if output.rejects[rejects...].contains(where: \.isFailure) {
      output.sightings.removeSubrange(sightings...)
    }
    return true
  }
}

extension Inflater {
  /// Fills `output` with a member's bytes; gives why that cannot be.
  func unpack(
    _ member: Container.Member, _ content: UnsafeBufferPointer<UInt8>, into output: PaddedBuffer, _ limit: Int
  ) throws -> String? {
    let byteCount = member.inflatedByteCount ?? content.count
    guard byteCount <= limit else { return "larger than the limit of \(limit) bytes" }
    if member.inflatedByteCount == nil {
      guard try output.append(content, limit: limit) else { return "larger than the limit of \(limit) bytes" }
    } else if try !inflateBare(content, into: output, byteCount: byteCount) {
      return "the member does not inflate to the size that the container says"
    }
    if let checksum = member.checksum, Self.checksum32(output.bytes) != checksum {
      return "the member does not have the checksum that the container says"
    }
    return nil
  }
}

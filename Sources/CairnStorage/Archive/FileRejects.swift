/// What one source file lost, and why.
package struct FileRejects: Sendable {
  package var key: [UInt8]
  package var rejects: [Reject]
  /// The file's bytes as delivered, where nothing of it is in the archive and it could be read.
  package var delivered: KeptDelivery?
  /// Set where it holds no log and nobody misses it.
  package var foreign: ForeignContent?

  package init(
    key: [UInt8], rejects: [Reject], delivered: KeptDelivery? = nil, foreign: ForeignContent? = nil
  ) {
    self.key = key
    self.rejects = rejects
    self.delivered = delivered
    self.foreign = foreign
  }

  /// For an object as a whole.
  init(
    key: [UInt8], _ reason: String, at offset: Int, delivered: KeptDelivery? = nil,
    foreign: ForeignContent? = nil
  ) {
    let reject = Reject(key: key, offset: offset, reason: reason, bytes: [], isObject: true)
    self.init(key: key, rejects: [reject], delivered: delivered, foreign: foreign)
  }

  /// Whether somebody misses it.
  var isFailure: Bool { foreign?.holdsLogs ?? true }
}

/// A delivered file's bytes in `rejects/`, under a temporary name.
package struct KeptDelivery: Sendable {
  package let path: String
  package let byteCount: Int
  /// XXH3 of the bytes in parts, each seeded by the hash of those before.
  package let hash: UInt64

  private static let partByteCount = 1 << 20

  /// Removes what nobody will name.
  func discard() { try? Directory.remove(path) }

  /// Writes `start`, and what `file` has behind it, as far as that can be read. Throws `CairnError.io` where it
  /// cannot be written.
  init(_ start: UnsafeBufferPointer<UInt8>, restOf file: File?, isStream: Bool, in directory: String) throws {
    path = RejectStore.pendingPath(in: directory)
    let target = try File.create(path)
    do {
      (byteCount, hash) = try Self.copy(start, restOf: file, isStream: isStream, to: target)
      try target.sync()
    } catch {
      // Space is short: what cannot be used gives it back.
      try? Directory.remove(path)
      throw error
    }
  }

  /// Writes the bytes of rejects one after the other.
  init(_ rejects: [Reject], in directory: String) throws {
    path = RejectStore.pendingPath(in: directory)
    let target = try File.create(path)
    var total = 0
    var seed: UInt64 = 0
    for reject in rejects {
      try reject.withBytes {
        try target.write($0)
        seed = checksum($0, seed: seed)
      }
      total += reject.byteCount
    }
    try target.sync()
    (byteCount, hash) = (total, seed)
  }

  private static func copy(
    _ start: UnsafeBufferPointer<UInt8>, restOf file: File?, isStream: Bool, to target: File
  ) throws -> (Int, UInt64) {
    let part = UnsafeMutablePointer<UInt8>.allocate(capacity: partByteCount)
    defer { part.deallocate() }
    var total = 0
    var hash: UInt64 = 0
    while true {
      var filled = min(partByteCount, max(0, start.count - total))
      if filled > 0, let base = start.baseAddress { part.update(from: base + total, count: filled) }
      while filled < partByteCount {
        let (next, room) = (part + filled, partByteCount - filled)
        let got =
          isStream
          ? try? file?.readNext(into: next, byteCount: room)
          : try? file?.read(at: total + filled, into: next, byteCount: room)
        guard let got, got > 0 else { break }
        filled += got
      }
      if filled == 0 { return (total, hash) }
      let bytes = UnsafeBufferPointer(start: part, count: filled)
      try target.write(bytes)
      hash = checksum(bytes, seed: hash)
      total += filled
    }
  }
}

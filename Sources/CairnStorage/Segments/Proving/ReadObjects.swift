/// What a segment's objects were when they were read: what the proof compares those with that rebuild from its file.
///
/// An object's fingerprint is of its bytes and their SHA-256, taken together. Rebuilt bytes that have it together with
/// the SHA-256 which the file says are those bytes, so that this need not be computed a second time
/// (`docs/reliability.md`).
package struct ReadObjects: Sendable {
  private struct Object {
    var digest: ContentDigest
    var byteCount: Int
    /// Nil where the SHA-256 is compared.
    var fingerprint: Hash128?
  }

  private var objects: [Object] = []

  package init(_ pieces: [Piece]) {
    objects.reserveCapacity(pieces.reduce(0) { $0 + $1.objects.count })
    for piece in pieces {
      for index in piece.objects.indices {
        objects.append(
          Object(
            digest: ContentDigest(piece.objects[index].digest), byteCount: piece.objects[index].byteCount,
            fingerprint: piece.objects[index].fingerprint))
      }
    }
  }

  package var count: Int { objects.count }

  /// Whether the segment's object `index`, and what it rebuilds to, are what was read.
  package func has(_ object: StoredObject, at index: Int, rebuiltAs bytes: UnsafeBufferPointer<UInt8>) -> Bool
  {
    guard objects.indices.contains(index), object.digest.count == ContentDigest.byteCount else {
      return false
    }
    let read = objects[index]
    let digest = ContentDigest(object.digest)
    guard bytes.count == read.byteCount, object.byteCount == read.byteCount, digest == read.digest else {
      return false
    }
    if let fingerprint = read.fingerprint { return .fingerprint(bytes, digest) == fingerprint }
    return SHA256.digest(bytes) == object.digest
  }
}

import CairnShims

/// Objects by name and content: what makes a run skip those that are there, wherever they lie and however they are named.
package final class KnownObjects: @unchecked Sendable {
  /// What of an object tells it from others.
  package struct Object: Sendable {
    package var key: Hash128
    package var name: ObjectName
    package var digest: ContentDigest
    package var byteCount: Int
    package var modified: Int64
    package var version: Int
  }

  /// An object's name and content, as far as one needs to know whether it is there.
  package struct Identity: Sendable {
    package var digest: ContentDigest
    package var delivered: Hash128?
    package var base: Hash128

    package init(_ name: ObjectName, _ digest: ContentDigest) {
      (delivered, base, self.digest) = (name.delivered, name.base, digest)
    }
  }

  private enum Fact: UInt64 {
    /// Content under a delivered name, a last name of an object with one or without, or only without.
    case delivered = 1
    case base, bareBase
    case content, name, key
  }

  /// Hashes of all facts. The seed is random: nobody outside can make two of them meet.
  private var facts: Set<Hash128> = []
  private var laterVersions: [Hash128: Int] = [:]
  private let seed = UInt64.random(in: 0 ... .max)

  package init() {}

  private func fact(_ kind: Fact, _ words: UInt64...) -> Hash128 {
    words.withUnsafeBytes { Hash128($0, seed: seed &+ kind.rawValue) }
  }

  private func fact(_ kind: Fact, _ digest: ContentDigest, _ name: Hash128) -> Hash128 {
    fact(kind, digest.words.0, digest.words.1, digest.words.2, digest.words.3, name.low, name.high)
  }

  package func add(_ object: Object) {
    let name = object.name
    if let delivered = name.delivered {
      facts.insert(fact(.delivered, object.digest, delivered))
      facts.insert(fact(.name, delivered.low, delivered.high))
    } else {
      facts.insert(fact(.bareBase, object.digest, name.base))
    }
    facts.insert(fact(.base, object.digest, name.base))
    facts.insert(fact(.content, object.digest, Hash128(low: 0, high: 0)))
    facts.insert(fact(.key, object.key.low, object.key.high))
    if object.version > 1 {
      laterVersions[object.key] = max(laterVersions[object.key] ?? 1, object.version)
    }
  }

  /// Whether an object of this content is there under this name. Of two names of which one is not a delivered one, the
  /// last parts count.
  package func contains(_ identity: Identity) -> Bool {
    guard let delivered = identity.delivered else {
      return facts.contains(fact(.base, identity.digest, identity.base))
    }
    return facts.contains(fact(.delivered, identity.digest, delivered))
      || facts.contains(fact(.bareBase, identity.digest, identity.base))
  }

  package func hasContent(_ digest: ContentDigest) -> Bool {
    facts.contains(fact(.content, digest, Hash128(low: 0, high: 0)))
  }

  /// Whether an object with this delivered name or this key is there, whatever it holds.
  package func hasName(_ name: ObjectName, key: Hash128) -> Bool {
    name.delivered.map { facts.contains(fact(.name, $0.low, $0.high)) } ?? false || version(key) > 0
  }

  /// The greatest version under a key; 0 where there is none.
  package func version(_ key: Hash128) -> Int {
    laterVersions[key] ?? (facts.contains(fact(.key, key.low, key.high)) ? 1 : 0)
  }
}

extension KnownObjects.Object {
  package init(_ object: StoredObject) {
    self.init(
      key: Hash128(object.key), name: ObjectName(object.key), digest: ContentDigest(object.objectDigest),
      byteCount: object.sourceByteCount, modified: object.modified, version: object.version)
  }

  package init(_ object: ObjectEntry) {
    self.init(
      key: Hash128(object.key), name: ObjectName(object.key), digest: ContentDigest(object.objectDigest),
      byteCount: object.sourceByteCount, modified: object.modified, version: object.version)
  }

  /// Those of pieces, as far as they end there. Entries are large: they are looked at where they are.
  static func ending(in pieces: [Piece]) -> [KnownObjects.Object] {
    var objects: [KnownObjects.Object] = []
    for piece in pieces {
      for index in piece.objects.indices where piece.objects[index].isLastFragment {
        objects.append(KnownObjects.Object(piece.objects[index]))
      }
    }
    return objects
  }

  package var identity: KnownObjects.Identity { KnownObjects.Identity(name, digest) }
}

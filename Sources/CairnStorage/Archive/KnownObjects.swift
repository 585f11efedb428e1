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
  private var facts = HashSet()
  private var laterVersions: [Hash128: Int] = [:]
  private let seed = UInt64.random(in: 0 ... .max)

  package init() {}

  private func fact(_ kind: Fact, _ name: Hash128) -> Hash128 {
    fact(kind, ContentDigest(words: (0, 0, 0, 0)), name)
  }

  private func fact(_ kind: Fact, _ digest: ContentDigest, _ name: Hash128) -> Hash128 {
    withUnsafeBytes(of: (digest.words, name.low, name.high)) {
      let hash = cairn_xxh3_128($0.baseAddress, $0.count, seed &+ kind.rawValue)
      return Hash128(low: hash.low, high: hash.high)
    }
  }

  package func add(_ object: Object) {
    let name = object.name
    if let delivered = name.delivered {
      facts.insert(fact(.delivered, object.digest, delivered))
      facts.insert(fact(.name, delivered))
    } else {
      facts.insert(fact(.bareBase, object.digest, name.base))
    }
    facts.insert(fact(.base, object.digest, name.base))
    facts.insert(fact(.content, object.digest, Hash128(low: 0, high: 0)))
    facts.insert(fact(.key, object.key))
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
    name.delivered.map { facts.contains(fact(.name, $0)) } ?? false || version(key) > 0
  }

  /// The greatest version under a key; 0 where there is none.
  package func version(_ key: Hash128) -> Int {
    laterVersions[key] ?? (facts.contains(fact(.key, key)) ? 1 : 0)
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

/// Hashes in open addressing. They are random: nobody outside can make many meet in one place.
private struct HashSet {
  private var places: [Hash128] = []
  private var count = 0
  private static let none = Hash128(low: 0, high: 0)

  private func place(of hash: Hash128) -> Int {
    var place = Int(truncatingIfNeeded: hash.low) & (places.count - 1)
    while places[place] != Self.none, places[place] != hash { place = (place + 1) & (places.count - 1) }
    return place
  }

  func contains(_ hash: Hash128) -> Bool { count > 0 && places[place(of: hash)] == hash }

  mutating func insert(_ hash: Hash128) {
    if count * 2 >= places.count { grow() }
    let place = place(of: hash)
    if places[place] == hash { return }
    places[place] = hash
    count += 1
  }

  private mutating func grow() {
    let old = places
    places = Array(repeating: Self.none, count: max(64, old.count * 2))
    for hash in old where hash != Self.none { places[place(of: hash)] = hash }
  }
}

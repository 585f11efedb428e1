import CairnStorage

/// Paths and keys that are texts, as most are in tests.
extension RestoredPath {
  package static func relative(_ key: String, gzip: Bool) -> String {
    String(decoding: relative(Array(key.utf8), gzip: gzip), as: UTF8.self)
  }
}

extension SourceKey {
  package init(_ key: String) { self.init(Array(key.utf8)) }

  package static func key(ofPath path: String) -> String {
    String(decoding: key(ofPath: FilePath(path)), as: UTF8.self)
  }
}

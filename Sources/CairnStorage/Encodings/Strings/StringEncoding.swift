/// Encodings of a chunk's strings. Tags are on disk (`Formats/encodings.md`) and never reused.
///
/// ```
/// strings := tag:u8 body
/// dictionary (0): words                      ids of the column's dictionary
/// plain      (1): lengths:integers styles bytes
/// timestamp  (3): seconds:integers           canonical YYYY-MM-DDTHH:MM:SSZ
/// row-time   (4): (nothing)                  the canonical spelling of the row's time, one value a row
/// tokens     (5): classes, class of each value, exceptions, bits
/// derived    (6): classes, class of each value, where the values are that it is made of, exceptions
/// patterns   (7): texts with gaps for digits, which of them each value has, digits
/// ```
package enum StringEncoding: UInt8, Sendable, CaseIterable {
  case dictionary = 0
  case plain = 1
  case timestamp = 3
  case rowTime = 4
  case tokens = 5
  case derived = 6
  case patterns = 7
}

/// A chunk's strings while they are being written: entry by value position.
package protocol StringSource {
  var count: Int { get }
  func value(_ index: Int) -> UnsafeBufferPointer<UInt8>
  func style(_ index: Int) -> StringStyle
  func spelling(_ index: Int) -> [UInt8]?
}

extension StringTable: StringSource {
  package func value(_ index: Int) -> UnsafeBufferPointer<UInt8> { self[index] }
  package func spelling(_ index: Int) -> [UInt8]? { spellings[index] }
}

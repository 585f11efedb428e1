/// What a file in `segments/` is, by its name.
package enum StoredName: Hashable, Sendable {
  /// `N.cairn`.
  case segment(Int)
  /// `N-C.marks`: rows of segment N that queries skip, as commit C found them.
  case marks(segment: Int, commit: Int)

  /// Nil where it is the name of neither.
  package init?(_ name: [UInt8]) {
    func hasSuffix(_ suffix: StaticString) -> Bool {
      suffix.withUTF8Buffer { name.suffix($0.count).elementsEqual($0) }
    }
    if hasSuffix(".cairn"), let number = Self.number(name.dropLast(6)) {
      self = .segment(number)
      return
    }
    guard hasSuffix(".marks"), let dash = name.firstIndex(of: UInt8(ascii: "-")),
      let segment = Self.number(name[..<dash]), let commit = Self.number(name[(dash + 1)...].dropLast(6))
    else { return nil }
    self = .marks(segment: segment, commit: commit)
  }

  package init?(_ name: some StringProtocol) { self.init(Array(name.utf8)) }

  /// Of the segment that the file is, or is about.
  var segment: Int {
    switch self {
    case .segment(let number): number
    case .marks(let segment, _): segment
    }
  }

  /// A number as names have it: six digits at least, and no other zeros before it.
  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard 6...13 ~= digits.count, digits.count == 6 || digits.first != UInt8(ascii: "0") else { return nil }
    var number = 0
    for digit in digits {
      guard digit &- 0x30 <= 9 else { return nil }
      number = number * 10 + Int(digit &- 0x30)
    }
    return number <= Manifest.numberLimit ? number : nil
  }
}

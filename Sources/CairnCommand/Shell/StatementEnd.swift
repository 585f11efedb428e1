/// Whether the text typed so far can run: it must end with a semicolon that is in no literal, name or comment.
enum StatementEnd: Equatable {
  /// Nothing but blanks, comments and semicolons.
  case blank
  /// Something that goes on.
  case open
  /// Ends with a statement.
  case complete

  init(of text: String) {
    let bytes = Array(text.utf8)
    var at = 0
    var hasContent = false
    var isEnded = true
    while at < bytes.count {
      let byte = bytes[at]
      let next = at + 1 < bytes.count ? bytes[at + 1] : 0
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        (hasContent, isEnded) = (true, false)
        // A doubled quote closes a text and opens the next: the state behind it is the same.
        guard let close = bytes[(at + 1)...].firstIndex(of: byte) else {
          self = .open
          return
        }
        at = close
      case UInt8(ascii: "-") where next == byte, UInt8(ascii: "#") where at == 0 || bytes[at - 1] <= 0x20:
        at = bytes[at...].firstIndex(of: 0x0A) ?? bytes.count
      case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
        guard let close = Self.commentEnd(bytes, from: at + 2) else {
          self = .open
          return
        }
        at = close
      case UInt8(ascii: ";"): isEnded = true
      case 0x20, 0x09, 0x0A, 0x0D: break
      default: (hasContent, isEnded) = (true, false)
      }
      at += 1
    }
    self = !hasContent ? .blank : isEnded ? .complete : .open
  }

  /// Index of the slash that ends a comment.
  private static func commentEnd(_ bytes: [UInt8], from start: Int) -> Int? {
    var at = start
    while at + 1 < bytes.count {
      if bytes[at] == UInt8(ascii: "*"), bytes[at + 1] == UInt8(ascii: "/") { return at + 1 }
      at += 1
    }
    return nil
  }
}

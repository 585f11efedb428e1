/// LIKE (S25), by the table of which prefix of the pattern matches which prefix of the text.
enum OracleLike {
  enum Element: Equatable {
    case one
    case any
    case literal([UInt8])
  }

  /// The pattern's elements, or nil if its escapes are wrong.
  static func elements(_ pattern: [UInt8], escape: [UInt8]?) -> [Element]? {
    var escapeCharacter: [UInt8]?
    if let escape {
      let characters = OracleText.characters(escape)
      guard characters.count == 1 else { return nil }
      escapeCharacter = escape
    }
    let (one, any) = ([UInt8(ascii: "_")], [UInt8(ascii: "%")])
    var elements: [Element] = []
    var rest = OracleText.characters(pattern)[...]
    while let character = rest.popFirst() {
      if let escapeCharacter, character == escapeCharacter {
        guard let next = rest.popFirst(), next == one || next == any || next == escapeCharacter else {
          return nil
        }
        elements.append(.literal(next))
      } else {
        elements.append(character == one ? .one : character == any ? .any : .literal(character))
      }
    }
    return elements
  }

  static func matches(_ text: [UInt8], _ elements: [Element]) -> Bool {
    let characters = OracleText.characters(text)
    // reached[i]: the elements so far match the first i characters.
    var reached = [true] + [Bool](repeating: false, count: characters.count)
    for element in elements {
      var next = [Bool](repeating: false, count: characters.count + 1)
      switch element {
      case .any:
        var isOpen = false
        for place in reached.indices {
          isOpen = isOpen || reached[place]
          next[place] = isOpen
        }
      case .one:
        for place in characters.indices { next[place + 1] = reached[place] }
      case .literal(let wanted):
        for place in characters.indices { next[place + 1] = reached[place] && characters[place] == wanted }
      }
      reached = next
    }
    return reached.last ?? false
  }
}

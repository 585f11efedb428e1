import CairnSQL

/// Texts that are equal where expressions are the same, up to the case of unquoted names (S63).
enum OracleCanonical {
  static func text(_ expression: Expression, _ relations: [Relation]) -> String {
    text(expression.description, relations)
  }

  static func text(_ path: Path, _ relations: [Relation]) -> String { text(path.description, relations) }

  /// Lower case outside of quotes, and without the name of the only relation.
  private static func text(_ description: String, _ relations: [Relation]) -> String {
    let only = relations.count == 1 ? relations[0].ownName?.lowercased() : nil
    var result = ""
    var word = ""
    var quote: Character?
    func isWord(_ character: Character) -> Bool {
      character.isLetter || character.isNumber || character == "_" || character == "$"
    }
    for character in description {
      if let open = quote {
        result.append(character)
        if character == open { quote = nil }
        continue
      }
      if isWord(character) {
        word += character.lowercased()
        continue
      }
      if character == ".", word == only, result.last != "." {
        word = ""
        continue
      }
      result += word
      word = ""
      result.append(character)
      if character == "'" || character == "\"" { quote = character }
    }
    return result + word
  }
}

extension Relation {
  /// What the relation is called by.
  fileprivate var ownName: String? {
    switch self {
    case .table(let name, let alias): alias?.name.text ?? name.parts.last?.text
    case .query(_, _, let alias), .unnest(_, _, let alias): alias?.name.text
    case .parenthesized(let inner, let alias): alias?.name.text ?? inner.ownName
    case .sample(let inner, _, _): inner.ownName
    case .join: nil
    }
  }
}

import CairnStorage

/// A value somewhere in a request or response.
struct Parameter: Sendable {
  /// Keys from the top, elements of arrays by their names or numbers: `tags[Name].value`.
  var path: String
  /// The last key.
  var key: String
  /// How many objects it is in.
  var depth: Int
  var value: String
}

/// The values of a request, each with its path; documents in strings are opened, so that policies differ member by
/// member.
enum EventParameters {
  /// Deeper documents stay texts.
  private static let deepest = 48

  static func all(of value: JSONText?) -> [Parameter] {
    var found: [Parameter] = []
    if let value { collect(value, "", "", 0, &found) }
    return found
  }

  private static func collect(
    _ value: JSONText, _ path: String, _ key: String, _ depth: Int, _ found: inout [Parameter]
  ) {
    func leaf(_ text: String) { found.append(Parameter(path: path, key: key, depth: depth, value: text)) }
    if depth >= deepest { return leaf(String(decoding: value.slice, as: UTF8.self)) }
    if let members = value.members {
      if members.isEmpty, !path.isEmpty { leaf("{}") }
      for (name, member) in members {
        let name = String(decoding: name, as: UTF8.self)
        // Lists of EC2 and CloudFront are objects around arrays.
        // Attributes of instances are objects around a value.
        let isWrapper =
          members.count == 1
          && (member.isArray
            ? ["items", "item", "member"].contains(name)
            : name == "value" && !path.isEmpty && !member.isObject)
        collect(
          member, isWrapper ? path : path.isEmpty ? name : "\(path).\(name)", isWrapper ? key : name,
          depth + 1, &found)
      }
    } else if let elements = value.elements {
      if elements.isEmpty { return leaf("[]") }
      if elements.allSatisfy({ !$0.isObject && !$0.isArray }) {
        for text in elements.compactMap(\.scalar) {
          found.append(Parameter(path: "\(path)[]", key: key, depth: depth, value: text))
        }
        return
      }
      let names = identities(elements)
      for (index, element) in elements.enumerated() {
        collect(element, "\(path)[\(names?[index] ?? String(index))]", key, depth + 1, &found)
      }
    } else if let text = value.scalar {
      if let document = document(text) {
        collect(document, path, key, depth + 1, &found)
      } else {
        leaf(text)
      }
    }
  }

  /// What tells the objects of an array apart, where something does: their order then says nothing.
  private static func identities(_ elements: [JSONText]) -> [String]? {
    for name in ["name", "Name", "key", "Key", "Sid", "sid", "id", "ID", "Id"] {
      let values = elements.map { $0.text(name) }
      if values.allSatisfy({ $0 != nil }), Set(values).count == values.count {
        return values.compactMap(\.self)
      }
    }
    return nil
  }

  /// The JSON that a string spells, percent-encoded as IAM's responses have it or not.
  private static func document(_ text: String) -> JSONText? {
    var bytes = Array(text.utf8)
    if text.hasPrefix("%7B") || text.hasPrefix("%7b") { bytes = percentDecoded(bytes) }
    guard bytes.first(where: { !isBlank($0) }) == UInt8(ascii: "{"), let compact = JSONDocument.compact(bytes)
    else { return nil }
    return JSONText(compact)
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  private static func percentDecoded(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var position = 0
    while position < text.count {
      if text[position] == UInt8(ascii: "%"), position + 2 < text.count,
        let high = Hexadecimal.value(text[position + 1]), let low = Hexadecimal.value(text[position + 2])
      {
        output.append(UInt8(high) << 4 | UInt8(low))
        position += 3
      } else {
        output.append(text[position])
        position += 1
      }
    }
    return output
  }
}

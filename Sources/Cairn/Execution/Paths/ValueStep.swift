import CairnSQL

/// A step that is taken in the evaluation, on a value at hand.
enum ValueStep: Sendable, Hashable {
  /// Into an object.
  case name(PathName)
  /// The n-th element, from 1 or from -1 at the end; 0 is none.
  case element(Int64)
  /// A key of an object, or the n-th element of an array from 0 (S6).
  case nameOrElement(PathName, Int64)
  /// Every element (S40).
  case anyElement
  /// A string is replaced by the JSON that it spells, or NULL (S7).
  case document
  /// An object or array becomes NULL.
  case scalar

  init(_ step: AccessPath.Step) {
    switch step {
    case .name(let name), .quoted(let name):
      self = .name(PathName(bytes: Array(name.utf8), isExact: false))
    case .key(let key): self = .name(PathName(bytes: Array(key.utf8), isExact: true))
    case .index(let index): self = .element(max(index, 0))
    case .element(let index): self = .element(index)
    case .jsonKey(let key):
      let name = PathName(bytes: Array(key.utf8), isExact: true)
      if let index = ValueStep.wholeNumber(key) {
        self = .nameOrElement(name, index)
      } else {
        self = .name(name)
      }
    case .anyElement: self = .anyElement
    case .document: self = .document
    case .scalar: self = .scalar
    }
  }

  private static func wholeNumber(_ key: String) -> Int64? {
    key.utf8.allSatisfy { $0 &- UInt8(ascii: "0") <= 9 } ? Int64(key) : nil
  }
}

/// A value on the way along steps: one that storage gave, or a part of one.
enum Cursor {
  case field(FieldValue)
  case part(JSONText)

  /// The value with its kind.
  var field: FieldValue {
    switch self {
    case .field(let field): field
    case .part(let text): text.field
    }
  }

  /// The compact JSON of an object or array.
  private var json: JSONText? {
    switch self {
    case .field(.json(let bytes)): JSONText(bytes)
    case .field: nil
    case .part(let text): text.isObject || text.isArray ? text : nil
    }
  }

  var isArray: Bool { json?.isArray == true }

  /// The elements of an array; nil for anything else.
  var elements: [JSONText]? { json?.elements }

  /// One step on, or nil where it finds nothing. `anyElement` is taken elsewhere.
  func following(_ step: ValueStep) -> Cursor? {
    switch step {
    case .name(let name):
      return json?.member(name).map(Cursor.part)
    case .element(let index):
      return element(index).map(Cursor.part)
    case .nameOrElement(let name, let index):
      guard let json else { return nil }
      return (json.isArray ? index < Int.max ? json.element(Int(index)) : nil : json.member(name)).map(
        Cursor.part)
    case .document:
      guard case .string(let text) = field else { return self }
      return JSONDocument.compact(text).map { .part(JSONText($0)) }
    case .scalar:
      return json == nil ? self : nil
    case .anyElement:
      return nil
    }
  }

  private func element(_ index: Int64) -> JSONText? {
    guard let json, json.isArray, index != 0 else { return nil }
    if index > 0 { return json.element(Int(index - 1)) }
    guard let count = json.count, index >= -Int64(count) else { return nil }
    return json.element(count + Int(index))
  }

  /// The value at the end of steps without `[]`.
  func following(_ steps: [ValueStep]) -> Cursor? {
    var cursor = self
    for step in steps {
      guard let next = cursor.following(step) else { return nil }
      cursor = next
    }
    return cursor
  }

  /// The values at the end of steps with `[]`; an inner array that is missing counts as one NULL (S42). Nil
  /// where the first `[]` meets no array.
  func spreading(_ steps: [ValueStep]) -> [Cursor?]? {
    guard let split = steps.firstIndex(of: .anyElement) else { return [following(steps)] }
    guard let elements = following(Array(steps[..<split]))?.elements else { return nil }
    let rest = Array(steps[(split + 1)...])
    return elements.flatMap { Cursor.part($0).spreading(rest) ?? [nil] }
  }
}

extension [Cursor?] {
  /// The JSON array of the values (S43).
  var jsonArray: FieldValue {
    var output: [UInt8] = [UInt8(ascii: "[")]
    for (index, cursor) in enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      switch cursor {
      case nil: output += "null".utf8
      case .part(let text): output += text.slice
      case .field(let field): output += field.engineText ?? [UInt8]("null".utf8)
      }
    }
    output.append(UInt8(ascii: "]"))
    return .json(output)
  }
}

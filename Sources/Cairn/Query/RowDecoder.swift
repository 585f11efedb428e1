/// Makes values of rows: columns are members, and so are those of objects inside them.
struct RowDecoder: Decoder {
  /// What is decoded.
  indirect enum Node {
    case value(QueryValue)
    case json(JSONText)
    case members([(String, Node)])
  }

  let node: Node
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any] = [:]

  init(_ node: Node, _ codingPath: [any CodingKey]) { (self.node, self.codingPath) = (node, codingPath) }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard let members = node.members else { throw mismatch([String: String].self, "an object") }
    return KeyedDecodingContainer(MemberContainer(members: members, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let elements = node.elements else { throw mismatch([String].self, "an array") }
    return ElementContainer(elements: elements, codingPath: codingPath)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

  fileprivate func mismatch(_ type: Any.Type, _ wanted: String) -> DecodingError {
    let found = node.isNull ? "NULL" : (node.text.map { String($0.prefix(80)) } ?? "an object")
    return .typeMismatch(
      type, .init(codingPath: codingPath, debugDescription: "\(wanted) is wanted; it is \(found)"))
  }
}

extension RowDecoder.Node {
  var isNull: Bool {
    switch self {
    case .value(let value): value.isNull
    case .json(let json): json.field.text == nil
    case .members: false
    }
  }

  /// The value's one text; objects and arrays as JSON.
  var text: String? {
    switch self {
    case .value(let value): value.text
    case .json(let json): json.field.text
    case .members: nil
    }
  }

  /// Objects and arrays, and texts that spell one.
  private var json: JSONText? {
    switch self {
    case .value(let value):
      value.utf8.flatMap { $0.first == UInt8(ascii: "{") || $0.first == UInt8(ascii: "[") ? $0 : nil }
        .flatMap(JSONDocument.compact).map { JSONText($0) }
    case .json(let json): json
    case .members: nil
    }
  }

  var members: [(String, RowDecoder.Node)]? {
    if case .members(let members) = self { return members }
    return json?.members?.map { (String(decoding: $0.key, as: UTF8.self), .json($0.value)) }
  }

  var elements: [RowDecoder.Node]? { json?.elements?.map { .json($0) } }
}

extension RowDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { node.isNull }

  func decode(_ type: Bool.Type) throws -> Bool {
    switch node.text {
    case "true": return true
    case "false": return false
    default: throw mismatch(type, "true or false")
    }
  }

  func decode(_ type: String.Type) throws -> String {
    guard let text = node.text else { throw mismatch(type, "a text") }
    return text
  }

  private func number<Value: LosslessStringConvertible>(_ type: Value.Type) throws -> Value {
    guard let number = node.text.flatMap({ Value($0) }) else { throw mismatch(type, "a number") }
    return number
  }

  /// Whole numbers may be spelled `243.0` or `1E3`.
  private func whole<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
    guard let text = node.text else { throw mismatch(type, "a whole number") }
    if let number = Value(text) { return number }
    // Up to where doubles have every whole number.
    guard let number = Double(text), number.magnitude <= 0x1p53, let fitting = Value(exactly: number)
    else { throw mismatch(type, "a whole number") }
    return fitting
  }

  func decode(_ type: Double.Type) throws -> Double { try number(type) }
  func decode(_ type: Float.Type) throws -> Float { try number(type) }
  func decode(_ type: Int.Type) throws -> Int { try whole(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try whole(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try whole(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try whole(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try whole(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try whole(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try whole(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try whole(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try whole(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try whole(type) }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: self) }
}

/// Where in a value something is.
private struct Place: CodingKey {
  let stringValue: String
  let intValue: Int?

  init(_ index: Int) { (stringValue, intValue) = ("\(index)", index) }
  init?(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
  init?(intValue: Int) { self.init(intValue) }
}

private struct MemberContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let members: [(String, RowDecoder.Node)]
  let codingPath: [any CodingKey]

  var allKeys: [Key] { members.compactMap { Key(stringValue: $0.0) } }

  /// The first of that name, else the first but for the case of its letters.
  private func node(_ key: any CodingKey) -> RowDecoder.Node? {
    let name = key.stringValue
    if let exact = members.first(where: { $0.0 == name }) { return exact.1 }
    let folded = name.lowercased()
    return members.first { $0.0.lowercased() == folded }?.1
  }

  private func decoder(_ key: Key) throws -> RowDecoder {
    guard let node = node(key) else {
      throw DecodingError.keyNotFound(
        key,
        .init(
          codingPath: codingPath,
          debugDescription: "there is \(members.map(\.0).joined(separator: ", ")), no \(key.stringValue)"))
    }
    return RowDecoder(node, codingPath + [key])
  }

  func contains(_ key: Key) -> Bool { node(key) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).node.isNull }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    let decoder = try decoder(key)
    if decoder.node.isNull, !(type is any ExpressibleByNilLiteral.Type) {
      throw DecodingError.valueNotFound(
        type, .init(codingPath: decoder.codingPath, debugDescription: "\(key.stringValue) is NULL"))
    }
    return try Value(from: decoder)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { try decoder(key).container(keyedBy: type) }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { RowDecoder(.members(members), codingPath) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

private struct ElementContainer: UnkeyedDecodingContainer {
  let elements: [RowDecoder.Node]
  let codingPath: [any CodingKey]
  private(set) var currentIndex = 0

  init(elements: [RowDecoder.Node], codingPath: [any CodingKey]) {
    (self.elements, self.codingPath) = (elements, codingPath)
  }

  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex == elements.count }

  private func decoder() throws -> RowDecoder {
    let path = codingPath + [Place(currentIndex)]
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        Any.self, .init(codingPath: path, debugDescription: "the array has \(elements.count) elements"))
    }
    return RowDecoder(elements[currentIndex], path)
  }

  mutating func decodeNil() throws -> Bool {
    let isNull = try decoder().node.isNull
    if isNull { currentIndex += 1 }
    return isNull
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try Value(from: decoder())
    currentIndex += 1
    return value
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    defer { currentIndex += 1 }
    return try decoder().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    defer { currentIndex += 1 }
    return try decoder().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder {
    defer { currentIndex += 1 }
    return try decoder()
  }
}

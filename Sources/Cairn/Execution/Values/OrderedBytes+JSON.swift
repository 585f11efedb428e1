import CairnStorage

// Values of a record, as their compact JSON has them, in one pass.
extension OrderedBytes {
  /// Appends the value that begins at a place; gives where it ends.
  mutating func append(json text: UnsafeBufferPointer<UInt8>, at start: Int, depth: Int) -> Int {
    guard start < text.count else {
      append(.null)
      return start
    }
    switch text[start] {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      if depth == 0 {
        // What lies too deep is told apart by its text.
        let end = JSONText.end(of: start, in: text)
        append(.object, text[start..<end])
        return end
      }
      return text[start] == UInt8(ascii: "{")
        ? append(object: text, at: start, depth: depth) : append(array: text, at: start, depth: depth)
    case UInt8(ascii: "\""):
      let end = JSONText.stringEnd(text, start)
      append(string: text, start + 1..<max(start + 1, end - 1))
      return end
    default:
      let end = JSONText.end(of: start, in: text)
      append(EngineValue(JSONText(Array(text[start..<end])).field), depth: 0)
      return end
    }
  }

  private mutating func append(array text: UnsafeBufferPointer<UInt8>, at start: Int, depth: Int) -> Int {
    append(.array)
    var position = start + 1
    while position < text.count, text[position] != UInt8(ascii: "]") {
      let end = append(json: text, at: position, depth: depth - 1)
      guard end > position, end < text.count else { break }
      position = text[end] == UInt8(ascii: ",") ? end + 1 : end
    }
    appendEnd()
    return min(position + 1, text.count)
  }

  /// Members in the order of their keys; of equal keys the first one counts, as everywhere.
  private mutating func append(object text: UnsafeBufferPointer<UInt8>, at start: Int, depth: Int) -> Int {
    append(.object)
    var members: [Member] = []
    var isAscending = true
    var position = start + 1
    while position < text.count, text[position] == UInt8(ascii: "\"") {
      let keyEnd = JSONText.stringEnd(text, position)
      guard keyEnd >= position + 2, keyEnd + 1 < text.count else { break }
      let first = bytes.count
      append(string: text, position + 1..<keyEnd - 1)
      let key = first..<bytes.count
      let end = append(json: text, at: keyEnd + 1, depth: depth - 1)
      if let last = members.last, isAscending { isAscending = precedes(last.key, key) }
      members.append(Member(key: key, end: bytes.count))
      guard end > keyEnd + 1, end < text.count else { break }
      position = text[end] == UInt8(ascii: ",") ? end + 1 : end
    }
    if !isAscending { reorder(members) }
    appendEnd()
    return min(position + 1, text.count)
  }

  /// Where a member's key stands among the bytes, and where its value ends.
  private struct Member {
    let key: Range<Int>
    let end: Int
  }

  private func precedes(_ lhs: Range<Int>, _ rhs: Range<Int>) -> Bool {
    bytes[lhs].lexicographicallyPrecedes(bytes[rhs])
  }

  /// Puts the members, which are the last bytes, in order.
  private mutating func reorder(_ members: [Member]) {
    guard let first = members.first?.key.lowerBound else { return }
    let order = members.indices.sorted { lhs, rhs in
      let (left, right) = (members[lhs].key, members[rhs].key)
      return precedes(left, right) || lhs < rhs && !precedes(right, left)
    }
    var ordered: [UInt8] = []
    ordered.reserveCapacity(bytes.count - first)
    var last: Range<Int>?
    for index in order {
      let member = members[index]
      if let last, bytes[last] == bytes[member.key] { continue }
      ordered += bytes[member.key.lowerBound..<member.end]
      last = member.key
    }
    bytes.removeSubrange(first...)
    bytes += ordered
  }

  private mutating func append(string text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    let characters = UnsafeBufferPointer(rebasing: text[range])
    if characters.contains(UInt8(ascii: "\\")) {
      append(.text, StringSpelling.unescape(characters))
    } else {
      append(.text, characters)
    }
  }
}

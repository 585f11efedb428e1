/// Functions of texts, which count characters from 1 (S51). No argument is NULL.
enum TextFunctions {
  /// The texts of the arguments.
  private static func texts(_ arguments: [EngineValue]) -> [[UInt8]] { arguments.map { $0.text ?? [] } }

  @Sendable static func lower(_ arguments: [EngineValue]) -> EngineValue {
    .text(Characters.lower(arguments[0].text ?? []))
  }

  @Sendable static func upper(_ arguments: [EngineValue]) -> EngineValue {
    .text(Characters.upper(arguments[0].text ?? []))
  }

  @Sendable static func length(_ arguments: [EngineValue]) -> EngineValue {
    .number(.integer(Int64(Characters.count(arguments[0].text ?? []))))
  }

  /// `concat` and `||`: arrays where one is typed so or all are arrays, else texts.
  @Sendable static func concatenate(_ arguments: [EngineValue]) -> EngineValue {
    if ArrayFunctions.areConcatenated(arguments) { return ArrayFunctions.concatenate(arguments) }
    return EngineValue(joining: texts(arguments))
  }

  @Sendable static func startsWith(_ arguments: [EngineValue]) -> EngineValue {
    let texts = texts(arguments)
    return .boolean(texts[0].starts(with: texts[1]))
  }

  @Sendable static func endsWith(_ arguments: [EngineValue]) -> EngineValue {
    let texts = texts(arguments)
    return .boolean(texts[0].suffix(texts[1].count).elementsEqual(texts[1]))
  }

  /// `substr(text, start [, length])`.
  @Sendable static func substring(_ arguments: [EngineValue]) -> EngineValue {
    guard let text = arguments[0].text, let start = arguments[1].number?.whole else { return .null }
    var length = Int64.max
    if arguments.count > 2 {
      guard let given = arguments[2].number?.whole else { return .null }
      length = given
    }
    let count = Int64(Characters.count(text))
    guard start != 0, start <= count, start >= -count, length > 0 else { return .text([]) }
    let first = Int(start > 0 ? start - 1 : count + start)
    let last = min(
      Int64(first).addingReportingOverflow(length).overflow ? count : Int64(first) + length, count)
    let begin = Characters.offset(text, behind: first)
    let end = last == count ? text.count : Characters.offset(text, behind: Int(last))
    return .text(Array(text[begin..<max(begin, end)]))
  }

  /// `strpos(text, part [, n])`: the place of the second text in the first, 0 where it is not found; of its n-th
  /// place, which may overlap others, counted from the end where `n` is negative.
  @Sendable static func position(_ arguments: [EngineValue]) -> EngineValue {
    let texts = texts(arguments.prefix(2).map { $0 })
    if arguments.count > 2 { return position(texts[0], texts[1], arguments[2]) }
    return .number(
      .integer(
        characterPlaces(of: texts[1], in: texts[0], limit: 1).first.map {
          Int64(Characters.count(Array(texts[0][..<$0]))) + 1
        } ?? 0))
  }

  private static func position(_ text: [UInt8], _ part: [UInt8], _ instance: EngineValue) -> EngineValue {
    guard let instance = instance.count, instance != 0 else { return .null }
    if part.isEmpty { return EngineValue(1) }
    let places = characterPlaces(of: part, in: text, areOverlapping: true)
    guard instance.magnitude <= UInt(places.count) else { return EngineValue(0) }
    let place = places[instance > 0 ? instance - 1 : places.count + instance]
    return EngineValue(Characters.count(Array(text[..<place])) + 1)
  }

  /// Offsets of a part that starts and ends between characters, from left to right, by default without overlap.
  static func characterPlaces(
    of part: [UInt8], in text: [UInt8], limit: Int = .max, areOverlapping: Bool = false
  ) -> [Int] {
    if part.isEmpty { return [0] }
    var places: [Int] = []
    part.withUnsafeBufferPointer { part in
      text.withUnsafeBufferPointer { text in
        var position = 0
        var boundary = 0
        while places.count < limit, let found = ByteOrder.find(part, in: text, from: position) {
          while boundary < found { boundary += Characters.length(text, at: boundary) }
          var end = found
          if boundary == found {
            while end < found + part.count { end += Characters.length(text, at: end) }
          }
          if boundary == found, end == found + part.count {
            places.append(found)
            position = areOverlapping ? found + 1 : end
          } else {
            position = found + 1
          }
        }
      }
    }
    return places
  }

  /// `replace(text, part [, replacement])`.
  @Sendable static func replace(_ arguments: [EngineValue]) -> EngineValue {
    let texts = texts(arguments)
    let (text, part, replacement) = (texts[0], texts[1], texts.count > 2 ? texts[2] : [])
    var output: [UInt8] = []
    if part.isEmpty {
      for character in Characters.split(text) where output.count <= ResultLimits.textByteCount {
        output += replacement + character
      }
      return EngineValue(limited: output + replacement)
    }
    var position = 0
    for place in characterPlaces(of: part, in: text) {
      output += text[position..<place] + replacement
      if output.count > ResultLimits.textByteCount { return .null }
      position = place + part.count
    }
    return EngineValue(limited: output + text[position...])
  }

  /// `split_part(text, separator, index)`.
  @Sendable static func splitPart(_ arguments: [EngineValue]) -> EngineValue {
    let texts = texts(arguments)
    guard let index = arguments[2].number?.whole, index > 0 else { return .null }
    let (text, separator) = (texts[0], texts[1])
    if separator.isEmpty {
      let characters = Characters.split(text)
      return index <= characters.count ? .text(Array(characters[Int(index - 1)])) : .null
    }
    let places = characterPlaces(of: separator, in: text)
    guard index <= places.count + 1 else { return .null }
    let part = Int(index - 1)
    let start = part == 0 ? 0 : places[part - 1] + separator.count
    return .text(Array(text[start..<(part < places.count ? places[part] : text.count)]))
  }

  // MARK: Trimming

  @Sendable static func trim(_ arguments: [EngineValue]) -> EngineValue {
    trimmed(arguments, atStart: true, atEnd: true)
  }

  @Sendable static func trimStart(_ arguments: [EngineValue]) -> EngineValue {
    trimmed(arguments, atStart: true, atEnd: false)
  }

  @Sendable static func trimEnd(_ arguments: [EngineValue]) -> EngineValue {
    trimmed(arguments, atStart: false, atEnd: true)
  }

  private static func trimmed(_ arguments: [EngineValue], atStart: Bool, atEnd: Bool) -> EngineValue {
    let texts = texts(arguments)
    let unwanted = texts.count > 1 ? Set(Characters.split(texts[1]).map { Array($0) }) : nil
    func isUnwanted(_ character: ArraySlice<UInt8>) -> Bool {
      unwanted?.contains(Array(character)) ?? Characters.isBlank(character)
    }
    var characters = Characters.split(texts[0])[...]
    while atStart, let first = characters.first, isUnwanted(first) { characters.removeFirst() }
    while atEnd, let last = characters.last, isUnwanted(last) { characters.removeLast() }
    guard let first = characters.first, let last = characters.last else { return .text([]) }
    return .text(Array(texts[0][first.startIndex..<last.endIndex]))
  }
}

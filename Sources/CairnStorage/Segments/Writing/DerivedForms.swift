/// A value as values of other columns and what stands between them.
struct Tiling {
  /// Texts and values by turns; a text before, between and behind values, which may be empty.
  var texts: [[UInt8]] = [[]]
  var values: [(part: DerivedForm.Part, text: [UInt8])] = []

  /// - Parameter rank: of columns: the lower, the rather is it taken of those whose values are as long.
  init(_ text: [UInt8], _ places: [(range: Range<Int>, part: DerivedForm.Part)], _ rank: [Int: Int]) {
    var taken: [(range: Range<Int>, part: DerivedForm.Part)] = []
    let order = places.sorted {
      (-$0.range.count, rank[$0.part.parent] ?? 0) < (-$1.range.count, rank[$1.part.parent] ?? 0)
    }
    for place in order where !taken.contains(where: { $0.range.overlaps(place.range) }) {
      taken.append(place)
    }
    taken.sort { $0.range.lowerBound < $1.range.lowerBound }
    var end = 0
    for place in taken.prefix(DerivedForm.partLimit / 2 - 1) {
      texts[texts.count - 1] = Array(text[end..<place.range.lowerBound])
      values.append((place.part, Array(text[place.range])))
      texts.append([])
      end = place.range.upperBound
    }
    texts[texts.count - 1] = Array(text[end...])
  }
}

/// Forms that many tilings have.
struct DerivedForms {
  /// The most frequent first; parents are merged columns.
  private(set) var forms: [[DerivedForm.Part]] = []

  /// Tilings of one form, at least; and their share of all, where it has a part of its own.
  private static let minimumCount = 3
  private static let minimumOwnShare = 0.02
  private static let minimumShare = 0.015
  /// Tilings of a form in which a value must not be the same each time to be more than a text.
  private static let constantCount = 12

  init(_ tilings: [Tiling], limit: Int) {
    var counted: [(count: Int, order: Int, parts: [DerivedForm.Part])] = []
    var rest: [Tiling] = []
    let least = max(Self.minimumCount, Int(Self.minimumShare * Double(tilings.count)))
    for like in Self.grouped(tilings, by: Self.exactKey) {
      if like.count < least || like[0].values.isEmpty {
        rest += like
      } else {
        counted.append((like.count, counted.count, Self.parts(like, from: nil)))
      }
    }
    let leastOwn = max(Self.minimumCount, Int(Self.minimumOwnShare * Double(tilings.count)))
    // What begins alike goes together before what does not.
    for key in [Self.beginningKey, Self.valuesKey] {
      let groups = Self.grouped(rest, by: key)
      rest = []
      for like in groups {
        let varying = like[0].texts.indices.filter { at in like.contains { $0.texts[at] != like[0].texts[at] }
        }
        guard like.count >= leastOwn, !like[0].values.isEmpty, let first = varying.first,
          let last = varying.last
        else {
          rest += like
          continue
        }
        counted.append((like.count, counted.count, Self.parts(like, from: first..<(last + 1))))
      }
    }
    counted.sort { (-$0.count, $0.order) < (-$1.count, $1.order) }
    var known: Set<[DerivedForm.Part]> = []
    for item in counted where forms.count < limit {
      guard item.parts.contains(where: { $0.source.isOfParent }),
        item.parts.reduce(0, { $0 + $1.text.count }) <= DerivedForm.textByteLimit,
        known.insert(item.parts).inserted
      else { continue }
      forms.append(item.parts)
    }
  }

  private static func exactKey(_ tiling: Tiling) -> [DerivedForm.Part] {
    var key = [DerivedForm.Part(text: tiling.texts[0])]
    for (value, text) in zip(tiling.values, tiling.texts.dropFirst()) {
      key += [value.part, DerivedForm.Part(text: text)]
    }
    return key
  }

  private static func beginningKey(_ tiling: Tiling) -> [DerivedForm.Part] {
    [DerivedForm.Part(text: tiling.texts[0])] + tiling.values.map(\.part)
  }

  private static func valuesKey(_ tiling: Tiling) -> [DerivedForm.Part] { tiling.values.map(\.part) }

  /// Tilings of equal keys, in the order of their first ones.
  private static func grouped(_ tilings: [Tiling], by key: (Tiling) -> [DerivedForm.Part]) -> [[Tiling]] {
    var numbers: [[DerivedForm.Part]: Int] = [:]
    var groups: [[Tiling]] = []
    for tiling in tilings {
      let number = numbers[key(tiling), default: groups.count]
      if number == groups.count {
        numbers[key(tiling)] = number
        groups.append([])
      }
      groups[number].append(tiling)
    }
    return groups
  }

  /// The form of tilings with the same values. Texts that differ, and all between the first and the last of them, are
  /// the values' own.
  private static func parts(_ like: [Tiling], from varying: Range<Int>?) -> [DerivedForm.Part] {
    let first = like[0]
    var parts: [DerivedForm.Part] = []
    func add(_ text: some Collection<UInt8>) {
      if text.isEmpty { return }
      if parts.last?.source == .text {
        parts[parts.count - 1].text += text
      } else {
        parts.append(DerivedForm.Part(text: Array(text)))
      }
    }
    for at in first.texts.indices {
      if let varying, varying ~= at {
        if at == varying.lowerBound { add(shared(like.map { $0.texts[at][...] })) }
        if at == varying.upperBound - 1 {
          parts.append(DerivedForm.Part(.own))
          if varying.count > 1 { add(shared(like.map { $0.texts[at][...] }, fromEnd: true)) }
        }
      } else {
        add(first.texts[at])
      }
      // A value between texts that are the values' own is their own too.
      guard at < first.values.count, varying.map({ !($0 ~= at && $0 ~= at + 1) }) ?? true else { continue }
      let isConstant =
        like.count >= constantCount && like.allSatisfy { $0.values[at].text == first.values[at].text }
      if isConstant { add(first.values[at].text) } else { parts.append(first.values[at].part) }
    }
    return parts
  }

  /// What all texts begin or end with.
  private static func shared(_ texts: [ArraySlice<UInt8>], fromEnd: Bool = false) -> [UInt8] {
    var shared = Array(texts[0])
    if fromEnd { shared.reverse() }
    for text in texts {
      let other = fromEnd ? Array(text.reversed()) : Array(text)
      var count = 0
      while count < min(shared.count, other.count), shared[count] == other[count] { count += 1 }
      shared.removeLast(shared.count - count)
    }
    return fromEnd ? shared.reversed() : shared
  }
}

import CairnStorage

/// Looks for indicators anywhere in records: in values and in keys.
///
/// ```swift
/// let search = try IndicatorSearch(archive, for: [Indicator("203.0.113.0/24")])
/// for hit in search.hits { print(hit.indicator.text, hit.count, hit.paths) }
/// ```
public struct IndicatorSearch: Sendable {
  /// Where an indicator was found.
  public struct Hit: Sendable {
    /// What was looked for.
    public let indicator: Indicator
    /// Events that have it.
    public internal(set) var count = 0
    /// How many of them have it at which path; elements of arrays together.
    public internal(set) var paths: [String: Int] = [:]
    /// eventTime of the first and last of them.
    public internal(set) var first: String?
    /// eventTime of the last.
    public internal(set) var last: String?
    /// The first one's eventID.
    public internal(set) var eventID: String?
  }

  /// An event that has one or more.
  public struct Event: Sendable {
    /// Its eventTime.
    public let time: String
    /// Its eventID.
    public let id: String
    /// `s3.amazonaws.com` and `GetObject`.
    public let source: String
    /// `GetObject`.
    public let name: String
    /// Its caller's ARN.
    public let principal: String?
    /// sourceIPAddress.
    public let address: String?
    /// errorCode.
    public let errorCode: String?
    /// What it has: the indicators' texts and the paths.
    public let found: [(text: String, path: String)]
  }

  /// Of each indicator, in the order in which they were given; also those that are nowhere.
  public private(set) var hits: [Hit]
  /// Events in order of time, the first of them where they are many.
  public private(set) var events: [Event] = []
  /// Events that have any.
  public private(set) var eventCount = 0

  /// More indicators are looked for in one pass over all records, not by what is stored of each.
  private static let mostStatements = 150

  /// - Parameter eventLimit: events that are kept.
  public init(
    _ archive: Archive, for indicators: [Indicator], ignoresCase: Bool = false, eventLimit: Int = 1000,
    options: InvestigationOptions = InvestigationOptions()
  ) throws {
    hits = indicators.map { Hit(indicator: $0) }
    let matcher = try IndicatorMatcher(indicators, ignoresCase: ignoresCase)
    let statements = Statements(archive: archive, options: options)
    let conditions = ignoresCase ? [] : indicators.compactMap(\.condition)
    var known: Set<String> = []
    let wheres =
      conditions.count == indicators.count && conditions.count <= Self.mostStatements ? conditions : ["TRUE"]
    for condition in wheres {
      let sql = """
        SELECT eventTime, eventID, eventSource, eventName, userIdentity.arn, sourceIPAddress, errorCode, eventJson \
        FROM events WHERE \(condition)
        """
      try statements.map(sql) { row in
        let found = matcher.found(in: JSONText(row[7].json))
        return found.isEmpty ? nil : (Self.texts(row), found)
      } _: { (texts: [String?], found: [IndicatorMatcher.Found]) in
        // Events of several indicators come several times.
        if wheres.count > 1 {
          let key = texts.map { $0 ?? "" }.joined(separator: "\u{1}")
          if !known.insert(key).inserted { return }
        }
        add(texts, found, limit: eventLimit)
      }
    }
    events.sort { ($0.time, $0.id) < ($1.time, $1.id) }
  }

  private static func texts(_ row: [QueryValue]) -> [String?] { row[..<7].map(\.text) }

  private mutating func add(_ texts: [String?], _ found: [IndicatorMatcher.Found], limit: Int) {
    eventCount += 1
    for number in Set(found.map(\.indicator)) {
      hits[number].count += 1
      let time = texts[0] ?? ""
      if hits[number].first.map({ time < $0 }) ?? true {
        (hits[number].first, hits[number].eventID) = (time, texts[1])
      }
      if hits[number].last.map({ time > $0 }) ?? true { hits[number].last = time }
    }
    for place in Set(found) { hits[place.indicator].paths[place.path, default: 0] += 1 }
    guard events.count < limit else { return }
    events.append(
      Event(
        time: texts[0] ?? "", id: texts[1] ?? "", source: texts[2] ?? "", name: texts[3] ?? "",
        principal: texts[4],
        address: texts[5], errorCode: texts[6],
        found: found.map { (hits[$0.indicator].indicator.text, $0.path) }))
  }
}

/// Finds indicators in one record: all texts by one automaton.
struct IndicatorMatcher: Sendable {
  /// Which indicator stands where.
  struct Found: Hashable, Sendable {
    let indicator: Int
    let path: String
  }

  private let automaton: NeedleAutomaton?
  private let textNumbers: [Int]
  private let networks: [(number: Int, range: NetworkRange)]
  private let expressions: [(number: Int, pattern: RegexPattern)]
  private let ignoresCase: Bool

  init(_ indicators: [Indicator], ignoresCase: Bool) throws {
    self.ignoresCase = ignoresCase
    var texts: [[UInt8]: Int] = [:]
    var networks: [(Int, NetworkRange)] = []
    var expressions: [(Int, RegexPattern)] = []
    for (number, indicator) in indicators.enumerated() {
      switch indicator.form {
      case .text:
        let bytes = Array(indicator.text.utf8)
        texts[ignoresCase ? Characters.lower(bytes) : bytes] = number
      case .network(let range): networks.append((number, range))
      case .expression:
        do {
          expressions.append(
            (number, try RegexPattern(Array(((ignoresCase ? "(?i)" : "") + indicator.text).utf8))))
        } catch {
          throw CairnError.usage("regular expression \(indicator.text): \(error.message)")
        }
      }
    }
    let needles = texts.keys.sorted { $0.lexicographicallyPrecedes($1) }
    automaton = needles.isEmpty ? nil : NeedleAutomaton(needles)
    textNumbers = needles.map { texts[$0] ?? 0 }
    (self.networks, self.expressions) = (networks, expressions)
  }

  func found(in record: JSONText) -> [Found] {
    var found: [Found] = []
    visit(record, "", &found)
    return found
  }

  /// Records nest 256 levels deep at most.
  private func visit(_ value: JSONText, _ path: String, _ found: inout [Found]) {
    if let members = value.members {
      for (key, member) in members {
        let name = String(decoding: key, as: UTF8.self)
        let inner = path.isEmpty ? name : "\(path).\(name)"
        search(key, inner, &found)
        visit(member, inner, &found)
      }
    } else if let elements = value.elements {
      for element in elements { visit(element, path.hasSuffix("[]") ? path : path + "[]", &found) }
    } else {
      switch value.field {
      case .string(let bytes), .number(let bytes): search(bytes, path, &found)
      case .boolean(let flag): search(Array((flag ? "true" : "false").utf8), path, &found)
      default: break
      }
    }
  }

  private func search(_ text: [UInt8], _ path: String, _ found: inout [Found]) {
    if let automaton {
      _ = automaton.search(ignoresCase ? Characters.lower(text) : text) { number in
        found.append(Found(indicator: textNumbers[number], path: path))
        return false
      }
    }
    for (number, pattern) in expressions where pattern.matches(text) {
      found.append(Found(indicator: number, path: path))
    }
    if networks.isEmpty { return }
    for word in text.split(whereSeparator: { !Self.isOfAddress($0) }) where word.count >= 2 {
      guard let address = NetworkAddress(spelling: Array(word)) else { continue }
      for (number, range) in networks where range.contains(address) {
        found.append(Found(indicator: number, path: path))
      }
    }
  }

  private static func isOfAddress(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
      UInt8(ascii: "."), UInt8(ascii: ":"):
      true
    default: false
    }
  }
}

import CairnOracle
import CairnSQL
import Foundation
import Testing

/// The oracle's own parts against the system's: calendar, decimals, LIKE and IP addresses. The engine will
/// trust the oracle, so something else has to vouch for it.
struct OracleCrossCheckTests {
  private func value(_ expression: String, _ json: String = "{}") throws -> OracleValue {
    try Oracle.evaluate(try SQLParser.parseExpression(expression), try OracleRecord(json: Array(json.utf8)))
  }

  private func text(_ expression: String) throws -> String {
    String(decoding: try value(expression).text ?? Array("NULL".utf8), as: UTF8.self)
  }

  @Test func timesAgreeWithTheSystemCalendar() throws {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    let formatter = ISO8601DateFormatter()
    var random = ParserFuzzTests.Random(state: 5)
    for round in 0..<400 {
      // From 1602 on: before 1582 the system's calendar is Julian.
      let seconds = Double(random.below(18_000_000_000) - 11_600_000_000)
      let date = Date(timeIntervalSince1970: seconds)
      let spelled = formatter.string(from: date)
      guard case .timestamp(let parsed, 0, 0) = try value("from_iso8601_timestamp('\(spelled)')") else {
        Issue.record("\(spelled) is no time")
        continue
      }
      #expect(Double(parsed) == seconds)
      let plain = spelled.replacingOccurrences(of: "T", with: " ").replacingOccurrences(of: "Z", with: "")
      #expect(try text("CAST(TIMESTAMP '\(spelled)' AS varchar)") == plain)
      for (unit, component) in [("week", Calendar.Component.weekOfYear), ("month", .month), ("hour", .hour)] {
        let start = try #require(calendar.dateInterval(of: component, for: date)?.start)
        let expected = formatter.string(from: start)
        #expect(try value("date_trunc('\(unit)', '\(spelled)') = TIMESTAMP '\(expected)'") == .boolean(true))
      }
      // The system's calendar moves some dates of the seventeenth century to another day.
      guard seconds > -2_000_000_000, round.isMultiple(of: 2) else { continue }
      let months = random.below(60) - 30
      let moved = try #require(calendar.date(byAdding: .month, value: months, to: date))
      #expect(
        try value(
          "TIMESTAMP '\(spelled)' + INTERVAL '\(months)' MONTH = TIMESTAMP '\(formatter.string(from: moved))'"
        )
          == .boolean(true), "\(spelled) \(months)")
    }
  }

  @Test func numbersAgreeWithFoundationDecimals() throws {
    var random = ParserFuzzTests.Random(state: 6)
    func spelling() -> String {
      let whole = random.below(3) == 0 ? "0" : String(random.below(100_000))
      let sign = random.below(2) == 0 ? "-" : ""
      let fraction = random.below(2) == 0 ? "." + String(random.below(10_000)) : ""
      return sign + whole + fraction
    }
    // What has an exponent is a double, whose arithmetic is not exact: only its comparisons are.
    func double() -> String { spelling() + "e\(random.below(9) - 4)" }
    for _ in 0..<1_000 {
      let (left, right) = (double(), spelling())
      let (a, b) = (try #require(Decimal(string: left)), try #require(Decimal(string: right)))
      #expect(try value("'\(left)' < \(right)") == .boolean(a < b), "\(left) \(right)")
    }
    for _ in 0..<2_000 {
      let (left, right) = (spelling(), spelling())
      let (a, b) = (try #require(Decimal(string: left)), try #require(Decimal(string: right)))
      #expect(try value("\(left) < \(right)") == .boolean(a < b), "\(left) \(right)")
      #expect(try value("'\(left)' = \(right)") == .boolean(a == b), "\(left) \(right)")
      for (sign, result) in [("+", a + b), ("-", a - b), ("*", a * b)] {
        let found = try text("(\(left)) \(sign) (\(right))")
        #expect(Decimal(string: found) == result, "\(left) \(sign) \(right) = \(found)")
        #expect(try value("(\(left)) \(sign) (\(right)) = \(result)") == .boolean(true))
      }
    }
  }

  @Test func likeAgreesWithRegularExpressions() throws {
    var random = ParserFuzzTests.Random(state: 7)
    func word(_ letters: [String], _ limit: Int) -> String {
      (0..<random.below(limit)).map { _ in letters[random.below(letters.count)] }.joined()
    }
    for _ in 0..<3_000 {
      let text = word(["a", "b", "é", "\n", "%"], 9)
      let pattern = word(["a", "b", "é", "%", "_", "%", "!%", "!_", "!!"], 7)
      var regex = "(?s)\\A"
      var rest = Substring(pattern)
      while let character = rest.popFirst() {
        switch character {
        case "!": regex += NSRegularExpression.escapedPattern(for: String(rest.popFirst() ?? " "))
        case "%": regex += ".*"
        case "_": regex += "."
        default: regex += NSRegularExpression.escapedPattern(for: String(character))
        }
      }
      let matches = text.range(of: regex + "\\z", options: .regularExpression) != nil
      #expect(
        try value("'\(text)' LIKE '\(pattern)' ESCAPE '!'") == .boolean(matches), "\(text) \(pattern)")
    }
  }

  @Test func addressesAgreeWithTheSystem() throws {
    var random = ParserFuzzTests.Random(state: 8)
    let pieces = ["0", "1", "ff", "2001", "db8", ":", ":", "::", ".", "255", "256", "01", "10.0.0.1", "g"]
    for _ in 0..<5_000 {
      let candidate = (0...random.below(9)).map { _ in pieces[random.below(pieces.count)] }.joined()
      var six = in6_addr()
      var four = in_addr()
      let expected = inet_pton(AF_INET6, candidate, &six) == 1 || inet_pton(AF_INET, candidate, &four) == 1
      let found = try !value("CAST('\(candidate)' AS ipaddress)").isNull
      #expect(found == expected, "\(candidate)")
      guard found else { continue }
      // The text of an address spells the same address.
      let spelled = try text("CAST('\(candidate)' AS ipaddress)")
      #expect(try value("IPADDRESS '\(spelled)' = IPADDRESS '\(candidate)'") == .boolean(true), "\(spelled)")
    }
  }
}

import CairnStorage
import Testing

@testable import Cairn

/// Bytes of values order as the values do (S26), whoever gave the values.
struct OrderedBytesTests {
  private static func text(_ text: String) -> EngineValue { .text(Array(text.utf8)) }
  private static func number(_ spelling: String) -> EngineValue {
    ExactNumber(spelling: Array(spelling.utf8)).map { .number($0) } ?? .null
  }
  private static func time(_ seconds: Int64, _ nanoseconds: Int32 = 0) -> EngineValue {
    TimePoint(seconds: seconds, nanoseconds: nanoseconds).map { .timestamp($0) } ?? .null
  }
  private static func json(_ text: String) -> EngineValue { .record(.json(Array(text.utf8))) }

  /// Ascending; the values of a line are the same.
  private static let ascending: [[EngineValue]] = [
    [.boolean(false), .record(.boolean(false))], [.boolean(true)],
    [number("-1e300"), .number(.double(-1e300))], [number("-10")],
    [number("-9.5"), .number(.real(-9.5)), .record(.number(Array("-95e-1".utf8)))],
    [number("-9")], [number("-0.01")], [number("-0.001")],
    [number("0"), number("-0.0"), .record(.integer(0))], [number("0.001")], [number("0.01")],
    [number("0.011")],
    [number("9"), .record(.integer(9)), number("9.000")], [number("9.5")],
    [number("10"), number("1e1"), .number(.double(10))], [number("9223372036854775807")],
    [number("9223372036854775808")],
    [.interval(.months(-3))], [.interval(.months(2))], [.interval(.nanoseconds(-1))],
    [.interval(.nanoseconds(5))],
    [time(-5)], [.date(0), time(0)], [time(0, 1)], [.date(1)],
    [.address(NetworkAddress(high: 0, low: 1))], [.address(NetworkAddress(high: 1, low: 0))],
    [text("")], [text("\0")], [text("\0a")], [text("10")], [text("A")], [text("a"), .record(.string([97]))],
    [text("a\0")], [text("a\0b")], [text("a\u{1}")], [text("aa")], [text("é")], [.record(.string([0xFF]))],
    [json("{}"), .map(MapValue([]))],
    [
      json(#"{"a":1}"#), json(#"{"a":1.0,"a":2}"#), .map(MapValue([(key: text("a"), value: number("1"))])),
    ],
    [json(#"{"a":2,"b":0}"#), json(#"{"b":0,"a":2e0}"#)], [json(#"{"a":10}"#)],
    [json(#"{"a":"1"}"#), json(#"{"a":"\u0031"}"#)], [json(#"{"a":{}}"#)],
    [json(#"{"a":{"k":[1]}}"#)], [json(#"{"a":null}"#)], [json(#"{"b":0}"#)],
    [json("[]"), .array([]), .row(RowValue(values: []))], [json("[false]")],
    [json("[1]"), .array([number("1.0")]), .row(RowValue(values: [number("1")]))],
    [json("[1,2]")], [json("[1,null]"), .array([number("1"), .null])], [json("[2,5]")], [json("[10]")],
    [json(#"["a\u0000"]"#)], [json(#"["a\u0000","b"]"#)], [json(#"["aa"]"#)], [json("[[]]")],
    [json("[[1],0]")],
    [json("[null]")], [.null, .record(.null)],
  ]

  @Test func bytesOrderAsValuesDo() {
    let values = Self.ascending.enumerated().flatMap { place, same in same.map { (place: place, value: $0) } }
    for lhs in values {
      for rhs in values {
        let wanted = (lhs.place - rhs.place).signum()
        let left = OrderedBytes(lhs.value).bytes
        let right = OrderedBytes(rhs.value).bytes
        #expect(ByteOrder.compare(left, right) == wanted, "\(lhs) \(rhs)")
        #expect(ValueOrder.compare(lhs.value, rhs.value) == wanted, "\(lhs) \(rhs)")
        #expect((GroupingKey(lhs.value) == GroupingKey(rhs.value)) == (wanted == 0), "\(lhs) \(rhs)")
        let compared = (ComparedValue(lhs.value), ComparedValue(rhs.value))
        #expect(ComparedValue.compare(compared.0, compared.1, isTime: false) == wanted)
      }
    }
  }
}

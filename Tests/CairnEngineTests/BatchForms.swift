import CairnStorage
import CairnTestSupport

@testable import Cairn

/// The forms that a column's values may have in a batch.
enum BatchForms {
  /// Some values in one of the forms that they can have.
  ///
  /// - Parameter isTime: the column is one of event times, which may be seconds.
  static func random(_ values: [EngineValue], isTime: Bool, _ random: inout SeededGenerator) -> Vector {
    all(values, isTime: isTime).randomElement(using: &random) ?? .plain(values)
  }

  static func all(_ values: [EngineValue], isTime: Bool) -> [Vector] {
    let plain = Vector.plain(values)
    var forms = [plain, .coded(plain.coded(count: values.count))]
    // Each row an entry of its own, and some that no row has.
    forms.append(
      .coded(
        Vector.Coded(
          entries: values + [.null, .boolean(true)],
          codes: values.indices.map { UInt32($0) })))
    if let texts = plain.texts(count: values.count) { forms.append(.texts(texts)) }
    if let texts = Vector.Texts(distinct: values) { forms.append(.texts(texts)) }
    if let seconds = seconds(values), isTime { forms.append(.times(Vector.Times(seconds))) }
    if values.allSatisfy({ $0 == values[0] }), let value = values.first { forms.append(.constant(value)) }
    return forms
  }

  private static func seconds(_ values: [EngineValue]) -> [Int64]? {
    var output: [Int64] = []
    for value in values {
      switch value {
      case .null: output.append(.min)
      case .record(.string(let text)):
        let seconds = text.withUnsafeBufferPointer { text in
          text.baseAddress.flatMap { EventTime.canonicalSeconds($0, text.count) }
        }
        guard let seconds else { return nil }
        output.append(seconds)
      default: return nil
      }
    }
    return output
  }
}

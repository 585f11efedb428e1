import CairnStorage
import CairnTestSupport
import Testing

/// `FieldVector` and the values of each row alone, for runs of rows, sparse ones and all.
@Suite struct VectorTests {
  private static let paths: [[String]] = [
    ["eventTime"], ["eventName"], ["eventID"], ["userIdentity", "accessKeyId"], ["userIdentity"], ["note"],
    ["rare"], ["nowhere"], ["EVENTNAME"],
  ]

  private func names(_ path: [String]) -> [PathName] {
    path.map { PathName(bytes: Array($0.utf8), isExact: false) }
  }

  private func expected(_ path: [String], row: Int) -> FieldValue {
    let text: String? =
      switch path[path.count - 1].lowercased() {
      case "eventtime": TwoRowGroups.time(row)
      case "eventname": TwoRowGroups.name(row)
      case "eventid": TwoRowGroups.id(row)
      case "accesskeyid": TwoRowGroups.accessKey(row)
      case "note": TwoRowGroups.note(row)
      case "rare": TwoRowGroups.rare(row)
      case "useridentity": TwoRowGroups.identity(row)
      default: nil
      }
    guard let text else { return .missing }
    return path == ["userIdentity"] ? .json(Array(text.utf8)) : .string(Array(text.utf8))
  }

  @Test(arguments: paths)
  func valuesAreThoseOfTheRecords(path: [String]) throws {
    let reader = try #require(try TwoRowGroups.archive().readers().first)
    var valueOfKey: [UInt64: FieldValue] = [:]
    for (group, rowGroup) in reader.footer.rowGroups.enumerated() {
      let projection = try FieldProjection(reader, rowGroup: group)
      let last = UInt32(rowGroup.rowCount)
      let choices: [[UInt32]] = [
        [], [0], [last - 1], Array(100..<160), Array(0..<last), (0..<last).filter { $0 % 997 == 17 },
        [3, 4, 5, 4000],
      ]
      for rows in choices where path != ["userIdentity"] || rows.count < 1000 {
        let vector = try projection.vector(names(path), rows: Positions(rows))
        #expect(vector.codes.count == rows.count)
        #expect(vector.keys.isEmpty || vector.keys.count == vector.values.count)
        let wrong = zip(rows, vector.codes).first { row, code in
          vector.values[Int(code)] != expected(path, row: rowGroup.firstRow + Int(row))
        }
        #expect(wrong == nil)
        for (key, value) in zip(vector.keys, vector.values) {
          #expect(valueOfKey[key] ?? value == value)
          valueOfKey[key] = value
        }
        // Seconds spell the same strings.
        let stored = try projection.field(names(path), rows: Positions(rows))
        if case .seconds(let seconds) = stored {
          #expect(path == ["eventTime"])
          #expect(seconds.map { FieldVector.timestamp($0) } == vector.codes.map { vector.values[Int($0)] })
        } else {
          #expect(path != ["eventTime"] || rows.isEmpty)
        }
      }
    }
    // Dictionary entries and absence have numbers; plain strings and objects have none.
    let hasKeys = ![["eventTime"], ["eventID"], ["note"], ["userIdentity"]].contains(path)
    #expect(valueOfKey.isEmpty != hasKeys)
  }
}

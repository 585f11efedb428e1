import Cairn
import CairnTestSupport
import Testing

/// Random lives of an archive against a plain model: runs over some of the sources, again, under other names, in other
/// wrappings and with other content, cut short, merges, drops, collections. After every step records, objects and answers
/// are the model's.
@Suite struct LifeTests {
  private static let lifeCount = ProcessEnvironment.isSet("CAIRN_LONG") ? 500 : 10

  private struct Record: Hashable {
    var identifier: Int?
    var value: Int
    /// Spelled with white space, or with its members in another order.
    var spelling: Int
    /// Without a readable time.
    var isUndated = false

    var day: Int { 1 + (identifier ?? value) % 9 }

    var text: String {
      let time = isUndated ? "\"eventTime\":\"soon\"" : "\"eventTime\":\"2024-01-0\(day)T00:00:00Z\""
      let name = "\"eventName\":\"n\",\"v\":\(value)"
      let id = identifier.map { "\"eventID\":\"\($0)\"," } ?? ""
      switch spelling {
      case 0: return "{\(id)\(time),\(name)}"
      case 1: return "{\(id)\(time.replacing("\":", with: "\": ")),\(name)}"
      default: return "{\(name),\(id)\(time)}"
      }
    }
  }

  private struct Object: Hashable {
    var name: String
    var records: [Record]
    var form: Form

    enum Form: CaseIterable { case envelope, array, lines, lookup, bridge }

    var text: String {
      let texts = records.map(\.text)
      let list = texts.joined(separator: ",")
      switch form {
      case .envelope: return "{\"Records\":[\(list)]}"
      case .array: return "[\(list)]"
      case .lines: return texts.map { $0 + "\n" }.joined()
      case .lookup:
        let events = texts.map { "{\"CloudTrailEvent\":\"\($0.replacing("\"", with: "\\\""))\"}" }
        return "{\"Events\":[\(events.joined(separator: ", "))]}"
      case .bridge: return texts.map { "{\"detail-type\":\"x\",\"detail\":\($0)}" }.joined(separator: "\n")
      }
    }
  }

  /// What the archive should hold.
  private struct Model {
    var objects: [Object] = []

    mutating func add(_ object: Object) { if !objects.contains(object) { objects.append(object) } }

    /// Events with an ID once for each value; others with each content that an object has.
    var events: [String] {
      let named = Set(
        objects.flatMap(\.records).filter { $0.identifier != nil }.map {
          "\($0.identifier ?? 0) \($0.value)|\($0.isUndated)"
        }
      ).map { String($0.prefix { $0 != "|" }) }
      var texts: Set<String> = []
      let bare = objects.filter { texts.insert($0.text).inserted }.flatMap(\.records).filter {
        $0.identifier == nil
      }
      return (named + bare.map { "NULL \($0.value)" }).sorted()
    }
  }

  private static func object(_ random: inout SeededGenerator, name: Int) -> Object {
    let records = (0..<(1 + random.below(5))).map { _ in
      Record(
        identifier: random.below(8) == 0 ? nil : Int(random.below(25)), value: Int(random.below(2)),
        spelling: Int(random.below(8)) / 4 + Int(random.below(8)) / 7, isUndated: random.below(12) == 0)
    }
    let form = random.below(2) == 0 ? .envelope : random.pick(Object.Form.allCases)
    return Object(name: "n\(name).json", records: records, form: form)
  }

  @Test(arguments: 0..<lifeCount) func life(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(1000 + seed))
    let archive = try LivingArchive()
    var model = Model()
    var sources: [Object] = []
    var names = 0
    func newSource(_ records: Object? = nil) throws {
      var object = records ?? Self.object(&random, name: names)
      object.name = "n\(names).json"
      names += 1
      sources.append(object)
      try archive.directory.write("in/" + object.name, Array(object.text.utf8))
    }
    for _ in 0..<3 { try newSource() }
    for step in 0..<14 {
      switch random.below(10) {
      case 0...3:
        for _ in 0..<random.below(3) { try newSource() }
        if random.below(3) == 0, var old = sources.randomElement(using: &random) {
          if random.below(3) == 0 { old.form = random.pick(Object.Form.allCases) }
          try newSource(old)
        }
        if random.below(4) == 0 {
          let index = Int(random.below(sources.count))
          sources[index].records = Self.object(&random, name: 0).records
          try archive.directory.write("in/" + sources[index].name, Array(sources[index].text.utf8))
        }
        let some = sources.filter { _ in random.below(3) > 0 }
        if some.isEmpty { continue }
        let paths = some.map { "in/" + $0.name }
        let small = random.below(2) == 0
        if random.below(3) == 0 {
          // Cut short, and done again.
          let calls = CallCounter(limit: Int(random.below(6)))
          do {
            _ = try archive.run(paths) {
              $0.isCancelled = { calls.isOver() }
              if small { ($0.pieceByteTarget, $0.segmentRowLimit) = (1, 3) }
            }
          } catch CairnError.interrupted {}
        }
        _ = try archive.run(paths) { if small { ($0.pieceByteTarget, $0.segmentRowLimit) = (1, 3) } }
        for object in some { model.add(object) }
      case 4, 5:
        guard !model.objects.isEmpty else { continue }
        _ = try mergeSegments(of: archive.path, all: random.below(2) == 0)
      case 6:
        guard !model.objects.isEmpty else { continue }
        _ = try collectGarbage(of: archive.path, grace: random.below(2) == 0 ? 0 : RetiredFiles.defaultGrace)
      case 7:
        guard !model.objects.isEmpty else { continue }
        if random.below(3) == 0 {
          try holdArchive(at: archive.path, reason: "case \(step)")
          #expect(throws: CairnError.self) { try dropObjects(of: archive.path, before: .max) }
          if random.below(2) == 0 { _ = try mergeSegments(of: archive.path) }
          #expect(try releaseArchive(at: archive.path)?.reason == "case \(step)")
        }
        let day = 2 + Int(random.below(4))
        let before = Int64(1_704_067_200_000 + (day - 1) * 86_400_000)
        _ = try dropObjects(of: archive.path, before: before)
        model.objects.removeAll { $0.records.allSatisfy { $0.day < day && !$0.isUndated } }
      default:
        guard !sources.isEmpty else { continue }
        _ = try archive.run(["in"])
        for object in sources { model.add(object) }
      }
      if model.objects.isEmpty { continue }
      try Self.compare(archive, model, "seed \(seed), step \(step)")
    }
  }

  private static func compare(_ archive: LivingArchive, _ model: Model, _ place: String) throws {
    let opened = try Archive(path: archive.path)
    let target = try TemporaryDirectory()
    _ = try opened.restore(to: target.path)
    let restored = try readTree(target.path).values.map { String(decoding: $0, as: UTF8.self) }.sorted()
    #expect(restored == model.objects.map(\.text).sorted(), "\(place)")
    let rows = try runQuery("SELECT eventID, v FROM events", on: archive.path).rows.map { row in
      row.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "NULL" }.joined(separator: " ")
    }
    #expect(rows.sorted() == model.events, "\(place)")
    #expect(try archive.count() == rows.count, "\(place)")
    var problems: [CairnError] = []
    _ = try opened.verify(threads: 1) { problems.append($0) }
    #expect(problems == [], "\(place)")
    #expect(try !treePaths(archive.path).contains { $0.hasPrefix("lost+found") }, "\(place)")
  }
}

/// Says when some calls have come.
private final class CallCounter: @unchecked Sendable {
  private let lock = Lock()
  private var left: Int

  init(limit: Int) { left = limit }

  func isOver() -> Bool {
    lock.withLock {
      left -= 1
      return left < 0
    }
  }
}

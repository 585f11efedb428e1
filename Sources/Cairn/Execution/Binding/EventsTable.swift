import CairnSQL
import CairnStorage

/// One occurrence of `events` in a query: what is read of its records grows while expressions are bound.
final class EventsTable {
  private let ids: ColumnIDs
  /// What is read, in order of first use.
  private(set) var columns: [(id: ColumnID, source: EventsColumn)] = []
  private var known: [EventsColumn: ColumnID] = [:]
  private var meanings: [AccessPath: (VirtualColumn?, AccessPath)] = [:]
  /// The keys that records have; nil where the names of paths are all that there is.
  private let keys: RecordKeys?
  /// Whether virtual columns and snake case are names too (S62): in queries, not in `--where`.
  private let isQueried: Bool
  /// Whether `@timestamp` counts as eventTime in records that have none.
  private let usesLogstashTime: Bool
  /// Whether what a search found is a column.
  private let findsValues: Bool
  /// Whether elements of arrays may be columns: where batches are evaluated, not records.
  let hasElementColumns: Bool
  /// eventTime and what stands in for it, where they are read together.
  private(set) var substituted: [BoundPath] = []
  /// Paths to members of arrays' elements, which are no columns.
  private(set) var elementPaths: [AccessPath] = []
  /// Names that columns of UNNEST have, and the elements that they are members of, if that.
  private(set) var unnested: [UnnestedNames] = []
  /// Things to say about names and literals that find nothing.
  private(set) var notes: [String] = []

  init(
    _ ids: ColumnIDs, keys: RecordKeys? = nil, isQueried: Bool = true, usesLogstashTime: Bool = false,
    findsValues: Bool = false, hasElementColumns: Bool = false
  ) {
    self.ids = ids
    self.hasElementColumns = hasElementColumns
    self.usesLogstashTime = usesLogstashTime
    self.findsValues = findsValues
    self.keys = keys
    self.isQueried = isQueried
  }

  func column(_ source: EventsColumn) -> ColumnID {
    if let id = known[source] { return id }
    let id = ids.make()
    known[source] = id
    columns.append((id, source))
    return id
  }

  /// A column of something else.
  func newColumn() -> ColumnID { ids.make() }

  /// The same records for an expression that reads them on its own.
  func apart() -> EventsTable {
    EventsTable(
      ids, keys: keys, isQueried: isQueried, usesLogstashTime: usesLogstashTime, findsValues: findsValues)
  }

  /// Takes over what names in such an expression are to be said of.
  func takeNotes(of other: EventsTable) {
    substituted += other.substituted.filter { !substituted.contains($0) }
    elementPaths += other.elementPaths.filter { !elementPaths.contains($0) }
    unnested += other.unnested.filter { !unnested.contains($0) }
    for note in other.notes { add(note: note) }
  }

  func source(_ id: ColumnID) -> EventsColumn? { columns.first { $0.id == id }?.source }

  func noteElements(of path: AccessPath) {
    guard let names = path.elementNames, !elementPaths.contains(names) else { return }
    elementPaths.append(names)
  }

  func noteColumns(_ names: [String], of elements: AccessPath) {
    guard let path = AccessPath(steps: elements.steps + [.name("")]).elementNames else { return }
    unnested.append(UnnestedNames(names: names, elements: AccessPath(steps: Array(path.steps.dropLast()))))
  }

  func add(note: String) {
    if !notes.contains(note) { notes.append(note) }
  }

  /// What a path of the records means: its names as records spell them, or the virtual column that its first one is.
  func resolution(_ path: AccessPath) -> Scope.Resolution {
    let (virtual, path) = meaning(of: path)
    return virtual.map { .virtual(self, $0, path) } ?? .events(self, path)
  }

  /// The virtual column that it begins with and the rest, or the path of the records. A path is resolved for each of the
  /// questions that planning asks of it.
  private func meaning(of path: AccessPath) -> (VirtualColumn?, AccessPath) {
    if let known = meanings[path] { return known }
    let found = newMeaning(of: path)
    meanings[path] = found
    return found
  }

  private func newMeaning(of path: AccessPath) -> (VirtualColumn?, AccessPath) {
    let path = WellKnownField.naming(withoutQuotes(path))
    guard isQueried, let keys, let first = path.steps.first, let text = first.key else { return (nil, path) }
    if findsValues, text == VirtualColumn.Part.found.rawValue {
      return (VirtualColumn(part: .found), AccessPath(steps: []))
    }
    if let virtual = VirtualColumn(name: text), !keys.contains(text) {
      return (virtual, AccessPath(steps: Array(path.steps.dropFirst())))
    }
    if case .name = first, let camel = WellKnownField.camelCase(of: text), !keys.containsIgnoringCase(text) {
      return (nil, AccessPath(steps: [.name(camel)] + path.steps.dropFirst()))
    }
    return (nil, path)
  }

  /// The path to read where the one at hand finds nothing: `@timestamp` for eventTime. Nil where it has none.
  func substitute(for path: AccessPath) -> AccessPath? {
    guard usesLogstashTime, path.isEventTime, keys?.hasLogstashTimes == true else { return nil }
    let other = BoundPath(names: LogstashTime.path)
    for known in [BoundPath(names: path.steps.compactMap(\.pathName)), other]
    where !substituted.contains(known) {
      substituted.append(known)
    }
    return AccessPath(steps: [.key("@timestamp")])
  }

  /// Quoted names are exact where some record has the key so spelled behind the names before (S3).
  private func withoutQuotes(_ path: AccessPath) -> AccessPath {
    guard path.steps.contains(where: { if case .quoted = $0 { true } else { false } }) else { return path }
    var names: [PathName] = []
    var isPlain = true
    return AccessPath(
      steps: path.steps.map { step in
        var step = step
        if case .quoted(let text) = step {
          let exact = PathName(bytes: Array(text.utf8), isExact: true)
          step = isPlain && keys?.hasKey(names + [exact]) == true ? .key(text) : .name(text)
        }
        if let name = step.pathName, isPlain { names.append(name) } else { isPlain = false }
        return step
      })
  }

  /// Whether no record has a key of that name, in any case, and it is none that records may have: a name that
  /// means nothing. False for an archive without records, and where the records are not known.
  func isUnknown(_ name: String) -> Bool {
    guard let keys, keys.hasRecords, WellKnownField.camelCase(of: name) == nil else { return false }
    return !keys.containsIgnoringCase(name) && !WellKnownField.isDocumented(name)
      && VirtualColumn(name: name) == nil && !AccessPath.isSameIgnoringCase(name, "eventJson")
  }
}

/// The names of the columns that UNNEST makes of objects in an array: their members' where one of them is (S67).
struct UnnestedNames: Equatable {
  var names: [String]
  /// The way to the elements, `[]` for each array on it.
  var elements: AccessPath
}

/// What a column of `events` is read from.
enum EventsColumn: Hashable, Sendable {
  case path(BoundPath)
  /// One element of the arrays at a path, or a member of it: the place of the element, then names.
  case element(BoundPath, [ValueStep])
  /// How many elements the arrays at a path have, or members its objects.
  case count(BoundPath)
  /// What an expression makes of the elements of arrays.
  case elements(ElementForm)
  case virtual(VirtualColumn)
}

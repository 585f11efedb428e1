import CairnSQL
import CairnStorage

/// A condition on records, as `--where` takes it: SQL's expression language, `docs/semantics.md`.
public struct Condition: Sendable {
  let bound: BoundExpression
  /// The text that it was read from.
  public let text: String
  /// Literals that no record can have, and the like.
  let notes: [String]
  /// The paths that it names, without those that stand in for others.
  let namedPaths: [BoundPath]
  /// Members of arrays' elements that it names.
  let namedElements: [AccessPath]
  /// Whether names mean what they do in the archive that it is for.
  let isOnArchive: Bool
  private let now: Int64

  /// Parses and binds a condition; `now` is milliseconds since 1970. With the archive that it is for, quoted names are
  /// exact where some record has them so spelled, a text in double quotes is refused, and Logstash's `@timestamp`
  /// counts as eventTime in records that have none, unless `usesLogstashTime` is false.
  ///
  /// Throws `CairnError.usage` with the line, a caret and what was expected.
  public init(
    _ text: String, now: Int64, on archive: Archive? = nil, usesLogstashTime: Bool = true
  ) throws {
    (self.text, self.now, isOnArchive) = (text, now, archive != nil)
    let keys = archive.map { RecordKeys($0) }
    let table = EventsTable(ColumnIDs(), keys: keys, isQueried: false, usesLogstashTime: usesLogstashTime)
    do {
      bound = try Binder.bind(try SQLParser.parseExpression(text), now: now / 1000, in: table)
    } catch let error as SQLSyntaxError {
      throw CairnError.usage(error.rendered(in: text))
    } catch let error as BindError {
      throw error.error(in: text)
    }
    if let failure = keys?.failure { throw failure }
    notes = table.notes
    let substituted = Set(table.substituted)
    namedPaths = bound.paths.filter { !substituted.contains($0) }
    namedElements = table.elementPaths
  }

  /// Its terms on the columns of a table, and the time that it stands for `now()` in them.
  func terms(on table: EventsTable) throws -> (terms: [Conjunct], now: TimePoint) {
    do {
      let expression = try SQLParser.parseExpression(text)
      let now = try Binder.start(now / 1000, of: expression)
      return (try Conjunct.terms(of: expression, Scope(records: table), now: now), now)
    } catch let error as SQLSyntaxError {
      throw CairnError.usage(error.rendered(in: text))
    } catch let error as BindError {
      throw error.error(in: text)
    }
  }
}

/// How a condition is evaluated; tests switch parts off and compare.
package struct EvaluationMode: Sendable {
  /// Row groups are passed over where their dictionaries prove that no row passes.
  package var usesPruning = true
  /// Dictionary entries are judged once; else every value is.
  package var usesDictionary = true
  /// Steps that planning leaves out.
  package var withoutPasses: Set<PlanPass> = []

  package init(
    usesPruning: Bool = true, usesDictionary: Bool = true, withoutPasses: Set<PlanPass> = []
  ) {
    self.usesPruning = usesPruning
    self.usesDictionary = usesDictionary
    self.withoutPasses = withoutPasses
  }
}

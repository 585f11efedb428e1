import CairnSQL
import CairnStorage

/// Paths as people write them for columns.
public enum FieldPath {
  /// The names of a path such as `userIdentity.arn`, `requestParameters."a.b"` or `x['key']`.
  ///
  /// With an archive, quoted names are exact where some record has them so spelled; without one, never.
  ///
  /// Throws `CairnError.usage` where the text is no path of names.
  public static func names(_ text: String, on archive: Archive? = nil) throws -> [PathName] {
    let (path, bound) = try parsed(text, on: archive)
    if let path, bound.paths.count == 1, bound.paths[0].names.count == path.steps.count + 1 {
      return bound.paths[0].names
    }
    let hint = path == nil ? "" : "; elements of arrays are for SQL: SELECT \(text) FROM events"
    throw CairnError.usage("\(text): not a path of names\(hint)")
  }

  /// Refuses a text that is anything else than a path, in which elements of arrays may stand (`resources[1].ARN`,
  /// `resources[].ARN`): it may be put into a statement, if a line ends behind it.
  ///
  /// Throws `CairnError.usage`.
  public static func check(_ text: String, on archive: Archive) throws {
    if try parsed(text, on: archive).path == nil { throw CairnError.usage("\(text): not a path") }
  }

  /// The path, nil where it is another expression.
  private static func parsed(
    _ text: String, on archive: Archive?
  ) throws -> (path: Path?, bound: BoundExpression) {
    let keys = archive.map { RecordKeys($0) }
    do throws(SQLSyntaxError) {
      let expression = try SQLParser.parseExpression(text)
      do throws(BindError) {
        let bound = try Binder.bind(
          expression, now: 0, in: EventsTable(ColumnIDs(), keys: keys, isQueried: false))
        if case .path(let path) = expression.kind { return (path, bound) }
        return (nil, bound)
      } catch {
        throw error.syntaxError(in: text)
      }
    } catch {
      throw CairnError.usage(error.rendered(in: text))
    }
  }
}

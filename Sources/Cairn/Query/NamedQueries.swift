import CairnSQL

/// Queries that have names, which statements can read as tables.
public struct NamedQueries: Sendable {
  let names: @Sendable () -> [String]
  let text: @Sendable (String) throws -> String?

  /// Those that `text` gives by name; `names` are asked for where a statement names a table that is not the archive.
  public init(
    names: @escaping @Sendable () -> [String], text: @escaping @Sendable (String) throws -> String?
  ) {
    (self.names, self.text) = (names, text)
  }

  /// SQL by name.
  public init(_ texts: [String: String] = [:]) {
    self.init(names: { texts.keys.sorted() }, text: { texts[$0] })
  }
}

extension Planner {
  /// What a named query gives, where a table's name is one's: planned as if it stood there, with names of its own.
  func namedQuery(_ name: TableName) throws -> (planned: PlannedQuery, name: String)? {
    guard name.parts.count == 1, !name.isEvents,
      let own = queries.names().first(where: { AccessPath.isSameIgnoringCase($0, name.parts[0].text) }),
      let text = try queries.text(own)
    else { return nil }
    guard !queriesInWork.contains(own) else {
      throw BindError(message: "the saved query \(own) reads itself", span: name.span)
    }
    let outside = (commonTables, archiveNames)
    (commonTables, archiveNames) = ([], [])
    queriesInWork.append(own)
    defer {
      (commonTables, archiveNames) = outside
      queriesInWork.removeLast()
    }
    func failure(_ message: String) -> BindError {
      BindError(message: "in the saved query \(own): \(message)", span: name.span)
    }
    // Places in its text say nothing of the statement's.
    do {
      let statements = try SQLParser.parseStatements(text)
      guard statements.count == 1, case .query(let query)? = statements.first else {
        throw failure("only one SELECT can be read as a table")
      }
      return (try plan(query, outer: nil), own)
    } catch let error as SQLSyntaxError {
      throw failure(error.message)
    } catch let error as BindError {
      throw error.message.hasPrefix("in the saved query") ? error : failure(error.message)
    }
  }
}

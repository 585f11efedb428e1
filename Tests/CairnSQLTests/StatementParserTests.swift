import CairnSQL
import Testing

/// The statements of the read side of Trino SQL.
struct StatementParserTests {
  @Test(arguments: PublishedQueries.texts)
  func readsPublishedQueries(_ text: String) throws {
    for statement in try SQLParser.parseStatements(text) {
      guard case .query(let query) = statement else { continue }
      let printed = query.description
      guard case .query(let again)? = try SQLParser.parseStatements(printed).first else {
        Issue.record("\(printed) is no query")
        continue
      }
      #expect(again.description == printed)
    }
  }

  @Test func readsTheSeedQuery() throws {
    let statements = try SQLParser.parseStatements(PublishedQueries.seed)
    guard statements.count == 1, case .query(let query) = statements[0],
      case .select(let select) = query.body,
      case .table(let table, nil)? = select.relations.first
    else {
      Issue.record("not one SELECT from a table")
      return
    }
    #expect(table.text == "your_cloudtrail_database.your_cloudtrail_table")
    #expect(select.items.count == 7)
    #expect(select.items.last?.description == "requestParameters.taskDefinition AS new_task_definition_arn")
    #expect(select.condition?.children.count == 4)
    #expect(query.ordering.map(\.isDescending) == [true])
  }

  @Test(arguments: [
    ("SELECT 1 FROM $EDS_ID", "$EDS_ID"), ("SELECT 1 FROM <EDS ID>", "<EDS ID>"),
    ("SELECT 1 FROM ${a}", "${a}"),
    ("SELECT 1 FROM <event-data-store-id> x", "<event-data-store-id>"),
    ("SELECT 1 FROM 12e4567e-e89b-12d3-a456-426614174000", "12e4567e-e89b-12d3-a456-426614174000"),
    ("SELECT 1 FROM 0000012e-4abc-0b1c-12e4-5e6f7a8b9c0d LIMIT 1", "0000012e-4abc-0b1c-12e4-5e6f7a8b9c0d"),
    ("SELECT 1 FROM abcdef01-4abc-0b1c-12e4-5e6f7a8b9c0d a", "abcdef01-4abc-0b1c-12e4-5e6f7a8b9c0d"),
    ("SELECT 1 FROM db.$TABLE", "$TABLE"), ("SELECT 1 FROM a.\"b c\".d", "a.b c.d"),
  ])
  func readsTableNames(_ text: String, _ name: String) throws {
    guard case .query(let query)? = try SQLParser.parseStatements(text).first,
      case .select(let select) = query.body,
      case .table(let table, _)? = select.relations.first
    else {
      Issue.record("no table")
      return
    }
    #expect(table.text == name)
  }

  @Test(arguments: [
    (
      "SELECT a FORM t", 1, 15, "expected ';' or the end of the statement, found 't'",
      "FROM instead of 'FORM'"
    ),
    (
      "SELECT a FROM t WHRE a = 1", 1, 22, "expected ';' or the end of the statement, found 'a'",
      "WHERE instead of 'WHRE'"
    ),
    ("SELEC a", 1, 1, "expected SELECT, WITH, EXPLAIN, DESCRIBE or SHOW, found 'SELEC'", "SELECT"),
    ("SELECT a,\n FROM t", 1, 9, "a comma before FROM", nil),
    ("SELECT a FROM t ORDER a", 1, 23, "expected BY, found 'a'", nil),
    (
      "SELECT a FROM t JOIN u", 1, 23,
      "expected ON or USING after the joined table, found the end of the text", nil
    ),
    ("DELETE FROM t", 1, 1, "only queries are allowed; an archive cannot be changed by SQL", nil),
    ("SELECT a FROM t\nGROUP BY", 2, 9, "expected an expression, found the end of the text", nil),
    ("SELECT 1 UNION", 1, 15, "expected SELECT, VALUES or '(', found the end of the text", nil),
    ("SELECT a FROM <x", 1, 17, "expected '>' to close the placeholder, found the end of the text", nil),
    (
      "SELECT rank() OVER", 1, 19,
      "expected '(' or the name of a window after OVER, found the end of the text", nil
    ),
  ])
  func tells(_ text: String, _ line: Int, _ column: Int, _ message: String, _ suggestion: String?) throws {
    let error = try #require(throws: SQLSyntaxError.self) { try SQLParser.parseStatements(text) }
    #expect(error.message == message)
    #expect(error.location == SourceLocation(line: line, column: column))
    #expect(error.suggestion == suggestion)
  }

  @Test func readsNothingAsNoStatement() throws {
    #expect(try SQLParser.parseStatements(" ; -- nothing\n;").isEmpty)
  }
}

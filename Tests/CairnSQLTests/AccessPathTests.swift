import CairnSQL
import Testing

/// Which path each access form reads.
struct AccessPathTests {
  private func path(_ text: String) throws -> AccessPath? {
    try SQLParser.parseExpression(text).accessPath
  }

  @Test(
    arguments: [
      ("a.b", [.name("a"), .name("b")]), ("a.\"B\"", [.name("a"), .quoted("B")]),
      ("\"a\"['b']", [.quoted("a"), .key("b")]),
      ("a[2].b[]", [.name("a"), .index(2), .name("b"), .anyElement]), ("EVENTJSON", []),
      ("eventJson.a", [.name("a")]), ("element_at(a, 'b')", [.name("a"), .key("b")]),
      ("Element_At(a, -1).c", [.name("a"), .element(-1), .name("c")]),
      ("json_extract(a, '$.b[0]')", [.name("a"), .document, .jsonKey("b"), .jsonKey("0")]),
      ("json_extract_scalar(eventJson, '$[\"x y\"]')", [.document, .jsonKey("x y"), .scalar]),
      ("a -> 'b' ->> 0", [.name("a"), .document, .key("b"), .document, .element(1)]),
      ("a ->> '$.b-c'", [.name("a"), .document, .jsonKey("b-c")]),
      ("a -> -2", [.name("a"), .document, .element(-2)]),
    ] as [(String, [AccessPath.Step])])
  func reads(_ text: String, _ steps: [AccessPath.Step]) throws {
    #expect(try path(text)?.steps == steps)
  }

  @Test(arguments: [
    "lower(a)", "a[b]", "element_at(a, b)", "json_extract(a, '$.b[*]')", "json_extract(a, 'b')", "a || b",
    "1",
    "element_at(a)", "element_at(a, 1.5)", "json_extract(lower(a), '$.b')", "a -> b.c",
  ])
  func hasNone(_ text: String) throws {
    #expect(try path(text) == nil)
  }

  @Test(arguments: [
    ("eventTime", true), ("eventtime", true), ("\"eventTime\"", true), ("\"eventtime\"", true),
    ("eventJson['eventtime']", false),
    ("eventJson.eventTime", true), ("json_extract_scalar(eventJson, '$.eventTime')", true),
    ("element_at(eventJson, 'eventTime')", true), ("eventJson ->> 'eventTime'", true),
    ("userIdentity.sessioncontext.attributes['creationDate']", true), ("a.eventTime", false),
    ("eventTime[1]", false), ("eventTime[]", false), ("userIdentity.sessionContext.attributes", false),
  ])
  func knowsTimeColumns(_ text: String, _ expected: Bool) throws {
    #expect(try path(text)?.isTimeColumn == expected)
  }

  @Test func givesTheSameKeysForEveryForm() throws {
    let exact = AccessPath.Key(text: "cluster", isExact: true)
    for form in [
      "requestParameters['cluster']", "element_at(requestParameters, 'cluster')",
      "requestParameters -> 'cluster'",
      "json_extract_scalar(requestParameters, '$.cluster')",
      "json_extract(eventJson, '$').requestParameters['cluster']",
    ] {
      #expect(
        try path(form)?.keys == [AccessPath.Key(text: "requestParameters", isExact: false), exact], "\(form)")
    }
    #expect(
      try path("\"a\".\"B\"")?.keys == ["a", "B"].map { AccessPath.Key(text: $0, isExact: false) })
    #expect(try path("a[1].b")?.keys == nil)
  }

  @Test(arguments: [
    "", "a", "$.", "$..a", "$[", "$[]", "$[\"a]", "$[\"a\\x\"]", "$.a.", "$ .a", "$[*]", "$.a b",
  ])
  func refusesOtherJSONPaths(_ text: String) {
    #expect(JSONPath.keys(of: text) == nil)
  }
}

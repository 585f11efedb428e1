/// A call of one of SQL's JSON functions, whose arguments have a syntax of their own.
public struct JSONCall: Sendable, Equatable {
  /// The function.
  public let function: Function
  /// What is searched; NULL's literal for the functions that make JSON.
  public internal(set) var input: Expression?
  /// The path and its text.
  public internal(set) var path: SQLJSONPath?
  var pathText = ""
  /// What the path's variables stand for.
  public internal(set) var passed: [Passed] = []
  /// The members of JSON_OBJECT, the elements of JSON_ARRAY.
  public internal(set) var members: [Member] = []
  /// The columns of JSON_TABLE.
  public internal(set) var columns: [Column] = []
  /// RETURNING.
  public internal(set) var returning: DataType?
  /// How JSON_QUERY puts its items into an array.
  public internal(set) var wrapper = Wrapper.none
  /// OMIT QUOTES.
  public internal(set) var omitsQuotes = false
  /// What is given where the path finds nothing.
  public internal(set) var onEmpty = Behavior.null
  /// What is given where it fails.
  public internal(set) var onError = Behavior.null
  /// NULL ON NULL, of the functions that make JSON.
  public internal(set) var keepsNull = false
  /// WITH UNIQUE KEYS.
  public internal(set) var hasUniqueKeys = false

  /// The functions.
  public enum Function: String, Sendable {
    case value = "JSON_VALUE"
    case query = "JSON_QUERY"
    case exists = "JSON_EXISTS"
    case object = "JSON_OBJECT"
    case array = "JSON_ARRAY"
    case table = "JSON_TABLE"
  }

  /// `value [FORMAT JSON] AS name` behind PASSING.
  public struct Passed: Sendable, Equatable {
    /// The variable's name.
    public let name: Identifier
    /// What it stands for.
    public let value: Expression
    /// Whether the value is text that spells JSON.
    public let isJSON: Bool
  }

  /// `key VALUE value [FORMAT JSON]`; an element has no key.
  public struct Member: Sendable, Equatable {
    /// The key.
    public let key: Expression?
    /// The value.
    public let value: Expression
    /// Whether the value is text that spells JSON.
    public let isJSON: Bool
  }

  /// A column of JSON_TABLE.
  public indirect enum Column: Sendable, Equatable {
    /// `name FOR ORDINALITY`.
    case ordinality(Identifier)
    /// `name type [FORMAT JSON] [PATH '…'] …`: JSON_VALUE or JSON_QUERY of each item.
    case value(Identifier, JSONCall)
    /// `NESTED [PATH] '…' COLUMNS (…)`.
    case nested(SQLJSONPath, text: String, [Column])
  }

  /// WITH and WITHOUT WRAPPER.
  public enum Wrapper: Sendable {
    case none
    case conditional
    case unconditional
  }

  /// What stands before ON EMPTY and ON ERROR.
  public enum Behavior: Sendable, Equatable {
    /// NULL, also for ERROR: a record cannot make a query fail. UNKNOWN of JSON_EXISTS.
    case null
    /// DEFAULT expression.
    case value(Expression)
    /// TRUE or FALSE, of JSON_EXISTS.
    case boolean(Bool)
    /// EMPTY ARRAY, of JSON_QUERY.
    case emptyArray
    /// EMPTY OBJECT, of JSON_QUERY.
    case emptyObject
  }

  init(_ function: Function) { self.function = function }

  /// The expressions in it, in the order of the text.
  var children: [Expression] {
    var result = input.map { [$0] } ?? []
    result += passed.map(\.value)
    result += members.flatMap { ($0.key.map { [$0] } ?? []) + [$0.value] }
    result += columns.flatMap(\.children)
    for case .value(let expression) in [onEmpty, onError] { result.append(expression) }
    return result
  }
}

extension Expression {
  /// Whether it is JSON_TABLE, which stands after FROM as it is.
  var isJSONTable: Bool {
    if case .json(let call) = kind { call.function == .table } else { false }
  }
}

extension JSONCall.Column {
  fileprivate var children: [Expression] {
    switch self {
    case .ordinality: []
    case .value(_, let call): call.children
    case .nested(_, _, let columns): columns.flatMap(\.children)
    }
  }

  /// Names of the columns in order, those of nested ones among them.
  public var names: [Identifier] {
    switch self {
    case .ordinality(let name), .value(let name, _): [name]
    case .nested(_, _, let columns): columns.flatMap(\.names)
    }
  }
}

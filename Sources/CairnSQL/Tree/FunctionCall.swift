/// A call of a function, an aggregate or a window function.
///
/// Special syntax becomes a plain call: `SUBSTRING(s FROM 2)` is `substring(s, 2)`, `POSITION(a IN b)` is
/// `position(a, b)`, `TRIM(LEADING x FROM s)` is `ltrim(s, x)`, `CURRENT_DATE` is `current_date()`.
public struct FunctionCall: Sendable, Equatable {
  /// The name, as written.
  public let name: QualifiedName
  /// The arguments; empty for `count(*)`.
  public let arguments: [Expression]
  /// Whether the argument is `*`.
  public internal(set) var isStar = false
  /// Whether DISTINCT stands before the arguments.
  public internal(set) var isDistinct = false
  /// ORDER BY inside the parentheses, or of WITHIN GROUP.
  public internal(set) var ordering: [SortItem] = []
  /// `FILTER (WHERE …)`.
  public internal(set) var filter: Expression?
  /// `IGNORE NULLS` is true, `RESPECT NULLS` false.
  public internal(set) var ignoresNulls: Bool?
  /// OVER.
  public internal(set) var window: WindowReference?

  init(name: QualifiedName, arguments: [Expression]) {
    self.name = name
    self.arguments = arguments
  }
}

/// What stands after OVER.
public enum WindowReference: Sendable, Equatable {
  /// `OVER name`.
  case named(Identifier)
  /// `OVER (…)`.
  case specification(WindowSpecification)
}

/// `(PARTITION BY … ORDER BY … ROWS …)`.
public struct WindowSpecification: Sendable, Equatable {
  /// The window that this one extends.
  public let base: Identifier?
  /// PARTITION BY.
  public let partition: [Expression]
  /// ORDER BY.
  public let ordering: [SortItem]
  /// The frame, if one is written.
  public let frame: WindowFrame?
}

/// `ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`.
public struct WindowFrame: Sendable, Equatable {
  /// What the bounds count.
  public let unit: Unit
  /// Where the frame starts.
  public let start: Bound
  /// Where it ends; nil where only a start is written.
  public let end: Bound?

  /// RANGE, ROWS or GROUPS.
  public enum Unit: Sendable {
    case range
    case rows
    case groups
  }

  /// One end of a frame.
  public enum Bound: Sendable, Equatable {
    case unboundedPreceding
    case unboundedFollowing
    case currentRow
    case preceding(Expression)
    case following(Expression)
  }

  var children: [Expression] {
    [start, end].compactMap { bound in
      switch bound {
      case .preceding(let distance), .following(let distance): distance
      default: nil
      }
    }
  }
}

/// One item of ORDER BY.
public struct SortItem: Sendable, Equatable {
  /// What is ordered by.
  public let expression: Expression
  /// DESC.
  public let isDescending: Bool
  /// NULLS FIRST is true, NULLS LAST false, nil where nothing is said.
  public let nullsFirst: Bool?
}

/// A path of SQL's JSON functions: `lax $.items[*]?(@.size > 5).name`.
///
/// `lax` takes an array for its elements where no array is meant, one value for an array of it where one is, and
/// passes over what is not there; `strict` makes errors of these.
public struct SQLJSONPath: Sendable, Equatable {
  /// Whether it is `strict`.
  public let isStrict: Bool
  /// What gives the items.
  public let node: Node

  /// A part of a path: from the items of one part come those of the next.
  public indirect enum Node: Sendable, Equatable {
    /// `$`.
    case root
    /// `@`, inside a filter.
    case current
    /// `last`, inside a subscript: the place of the last element.
    case last
    /// `$name`: what PASSING gives.
    case variable(String)
    /// A literal.
    case literal(Constant)
    /// `.key`; nil for `.*`.
    case member(Node, String?)
    /// `..key`: the members of that key on all levels.
    case descendant(Node, String)
    /// `[0, 2 to last]`, from 0; nil for `[*]`.
    case elements(Node, [Subscript]?)
    /// `?(…)`.
    case filter(Node, Predicate)
    /// `.size()` and its kin.
    case method(Node, Method)
    /// `-x`, `+x`.
    case signed(UnaryOperator, Node)
    /// Arithmetic.
    case arithmetic(BinaryOperator, Node, Node)
  }

  /// A literal of a path.
  public enum Constant: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number as it is spelled.
    case number(String)
    /// `"text"`.
    case string(String)
  }

  /// A place of an array, or a range of places.
  public struct Subscript: Sendable, Equatable {
    /// The place, or the first one.
    public let from: Node
    /// The last one; nil for a single place.
    public let to: Node?
  }

  /// A method of items.
  public enum Method: String, Sendable, CaseIterable {
    case abs, ceiling, double, floor, keyvalue, size, type
  }

  /// What a filter asks.
  public indirect enum Predicate: Sendable, Equatable {
    /// `a == b` and so on, of any two items.
    case comparison(ComparisonOperator, Node, Node)
    /// `a && b`.
    case and(Predicate, Predicate)
    /// `a || b`.
    case or(Predicate, Predicate)
    /// `!(a)`.
    case not(Predicate)
    /// `exists(path)`.
    case exists(Node)
    /// `a starts with b`.
    case startsWith(Node, Node)
    /// `a like_regex "pattern" flag "i"`.
    case matches(Node, pattern: String, flags: String)
    /// `(a) is unknown`.
    case isUnknown(Predicate)
  }
}

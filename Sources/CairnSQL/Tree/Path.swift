/// A name and the constant steps from it.
public struct Path: Sendable, Hashable {
  /// The first name: a column, a table or an alias, which the binder decides.
  public let root: Identifier
  /// The steps, in order.
  public let steps: [Step]

  /// A path from a name.
  public init(root: Identifier, steps: [Step] = []) {
    self.root = root
    self.steps = steps
  }

  /// One step down.
  public enum Step: Sendable, Hashable {
    /// `.name` or `."name"`.
    case name(Identifier)
    /// `['key']`, exact.
    case key(String)
    /// `[n]`, from 1.
    case index(Int64)
    /// `[]` or `[*]`: every element.
    case anyElement
  }

  /// Whether any step is `[]`.
  public var hasAnyElement: Bool { steps.contains(.anyElement) }
}

/// The one meaning of every access form (S9): the steps from the record to a value.
///
/// `requestParameters.cluster`, `requestParameters['cluster']`, `element_at(requestParameters, 'cluster')`
/// and `json_extract(eventJson, '$.requestParameters.cluster')` all become such a list, which the planner
/// turns into column reads.
public struct AccessPath: Sendable, Hashable {
  /// The steps, in order; empty for the whole record.
  public var steps: [Step]

  /// One step.
  public enum Step: Sendable, Hashable {
    /// A key as S2 resolves it: exact, else ignoring ASCII case.
    case name(String)
    /// A quoted name: the exact key if any record has it, else as `name` (S3).
    case quoted(String)
    /// An exact key (S3).
    case key(String)
    /// The n-th element from 1; below 1 there is none (S5).
    case index(Int64)
    /// The n-th element, from 1 or from -1 at the end; 0 is none.
    case element(Int64)
    /// A key of an object or, if it spells a whole number, an element of an array from 0 (S6).
    case jsonKey(String)
    /// Every element (S40).
    case anyElement
    /// A string is replaced by the JSON that its text spells, or NULL (S7); other values stay.
    case document
    /// An object or an array becomes NULL, as `json_extract_scalar` has it.
    case scalar
  }

  /// A path of steps.
  public init(steps: [Step]) {
    self.steps = steps
  }

  /// Whether the path stands for any number of values.
  public var hasAnyElement: Bool { steps.contains(.anyElement) }

  /// The keys of a path through objects only, or nil if it goes through arrays. All access forms of a path
  /// have the same keys; what `document` and `scalar` do to values of other kinds is left out.
  public var keys: [Key]? {
    var keys: [Key] = []
    for step in steps {
      switch step {
      case .name(let text), .quoted(let text): keys.append(Key(text: text, isExact: false))
      case .key(let text), .jsonKey(let text): keys.append(Key(text: text, isExact: true))
      case .document, .scalar: continue
      case .index, .element, .anyElement: return nil
      }
    }
    return keys
  }

  /// A key and how it is matched.
  public struct Key: Sendable, Hashable {
    /// The key.
    public let text: String
    /// Whether case counts.
    public let isExact: Bool

    /// A key.
    public init(text: String, isExact: Bool) {
      self.text = text
      self.isExact = isExact
    }
  }

  /// The paths that compare with text as time (S23).
  public static let timeColumns = [
    ["eventTime"], ["userIdentity", "sessionContext", "attributes", "creationDate"],
  ]

  /// Whether the path is a time column, in whatever access form.
  public var isTimeColumn: Bool {
    guard let keys else { return false }
    return AccessPath.timeColumns.contains { column in
      column.count == keys.count
        && zip(column, keys).allSatisfy { name, key in
          key.isExact ? key.text == name : AccessPath.isSameIgnoringCase(key.text, name)
        }
    }
  }

  /// Equality when ASCII letters are compared without case (S2).
  public static func isSameIgnoringCase(_ lhs: String, _ rhs: String) -> Bool {
    lhs.utf8.count == rhs.utf8.count && lhs.utf8.first.map(foldedASCII) == rhs.utf8.first.map(foldedASCII)
      && zip(lhs.utf8, rhs.utf8).allSatisfy { foldedASCII($0) == foldedASCII($1) }
  }

  private static func foldedASCII(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }
}

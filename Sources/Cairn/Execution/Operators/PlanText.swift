/// What a plan shows of an expression, spelled when it is asked for: few plans are looked at.
typealias PlanText = @Sendable () -> String

extension [PlanText] {
  /// All of them, as terms of an AND.
  @Sendable func conjunction() -> String { map { $0() }.joined(separator: " AND ") }
}

import CCairn

/// Schemas, arrays and streams that callers have and not released.
enum LiveCount {
  private static let monitor = Monitor()
  private nonisolated(unsafe) static var count: Int64 = 0

  static func add(_ change: Int64) { monitor.locked { count += change } }
  static var value: Int64 { monitor.locked { count } }
}

@c @implementation public func cairn_live_count() -> Int64 { LiveCount.value }

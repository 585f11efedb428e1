import Glibc

/// Functions of arrays of numbers as vectors, and of places (S102).
enum VectorFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("dot_product", 2...2) { pair($0, dotProduct) },
    .plain("euclidean_distance", 2...2) {
      pair($0) { sqrt(zip($0, $1).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }) }
    },
    .plain("cosine_similarity", 2...2) { cosine($0) },
    .plain("cosine_distance", 2...2) { arguments in
      cosine(arguments).number?.double.map { EngineValue(double: 1 - $0) } ?? .null
    },
    .plain("great_circle_distance", 4...4, greatCircleDistance),
    .special("width_bucket", 2...4, .widthBucket),
  ]

  // MARK: Vectors

  /// The numbers of an array; nil where an element is none.
  private static func numbers(_ value: EngineValue) -> [Double]? {
    guard let items = value.elements else { return nil }
    let numbers = items.compactMap { $0.number?.double }
    return numbers.count == items.count ? numbers : nil
  }

  /// A function of two arrays of the same length.
  private static func pair(_ arguments: [EngineValue], _ function: ([Double], [Double]) -> Double)
    -> EngineValue
  {
    guard let left = numbers(arguments[0]), let right = numbers(arguments[1]), left.count == right.count
    else { return .null }
    return EngineValue(double: function(left, right))
  }

  private static func dotProduct(_ lhs: [Double], _ rhs: [Double]) -> Double {
    zip(lhs, rhs).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func norm(_ vector: [Double]) -> Double { sqrt(dotProduct(vector, vector)) }

  /// Of two arrays by their places, of two maps by their keys. A vector of length 0 has no direction: NULL.
  private static func cosine(_ arguments: [EngineValue]) -> EngineValue {
    guard let left = arguments[0].entries, let right = arguments[1].entries else {
      return pair(arguments) { dotProduct($0, $1) / sqrt(dotProduct($0, $0) * dotProduct($1, $1)) }
    }
    guard let leftNumbers = numbers(.array(left.values)), let rightNumbers = numbers(.array(right.values))
    else {
      return .null
    }
    let others = Dictionary(zip(right.keys.map { GroupingKey($0) }, rightNumbers)) { first, _ in first }
    let product = zip(left.keys, leftNumbers).reduce(0) { $0 + $1.1 * (others[GroupingKey($1.0)] ?? 0) }
    return EngineValue(double: product / (norm(leftNumbers) * norm(rightNumbers)))
  }

  // MARK: Buckets

  @Sendable static func widthBucket(_ arguments: [EngineValue]) -> EngineValue {
    arguments.count == 2 ? bin(arguments) : bucket(arguments)
  }

  /// `width_bucket(x, bins)`: how many of the borders, which should ascend, are not above.
  @Sendable private static func bin(_ arguments: [EngineValue]) -> EngineValue {
    guard let value = arguments[0].number?.double, let bins = numbers(arguments[1]), !bins.isEmpty else {
      return .null
    }
    var (low, high) = (0, bins.count)
    while low < high {
      let middle = (low + high) / 2
      if value < bins[middle] { high = middle } else { low = middle + 1 }
    }
    return EngineValue(low)
  }

  /// `width_bucket(x, bound, bound, count)`: the number of the bucket of equal width, 0 below and one more above.
  @Sendable private static func bucket(_ arguments: [EngineValue]) -> EngineValue {
    guard let value = arguments[0].number?.double, let first = arguments[1].number?.double,
      let last = arguments[2].number?.double, let count = arguments[3].number?.whole, count > 0,
      count < Int64.max, first != last
    else { return .null }
    let (lower, upper) = (min(first, last), max(first, last))
    var bucket: Int64
    if value < lower {
      bucket = 0
    } else if value >= upper {
      bucket = count + 1
    } else {
      let exact = Double(count) * (value - lower) / (upper - lower) + 1
      guard exact.isFinite, let whole = Int64(exactly: exact.rounded(.down)) else { return .null }
      bucket = min(whole, count)
    }
    return .number(.integer(first > last ? count - bucket + 1 : bucket))
  }

  // MARK: Places

  private static let earthRadius = 6371.01

  /// Kilometres between two places given by latitude and longitude in degrees.
  @Sendable private static func greatCircleDistance(_ arguments: [EngineValue]) -> EngineValue {
    let degrees = arguments.compactMap { $0.number?.double }
    guard degrees.count == 4, abs(degrees[0]) <= 90, abs(degrees[2]) <= 90, abs(degrees[1]) <= 180,
      abs(degrees[3]) <= 180
    else { return .null }
    let (latitude, otherLatitude) = (degrees[0] * .pi / 180, degrees[2] * .pi / 180)
    let difference = (degrees[1] - degrees[3]) * .pi / 180
    let across = cos(otherLatitude) * sin(difference)
    let along = cos(latitude) * sin(otherLatitude) - sin(latitude) * cos(otherLatitude) * cos(difference)
    let inward = sin(latitude) * sin(otherLatitude) + cos(latitude) * cos(otherLatitude) * cos(difference)
    return EngineValue(double: atan2(sqrt(across * across + along * along), inward) * earthRadius)
  }
}

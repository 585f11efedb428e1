/// `numeric_histogram(count, x [, weight])`: a map from the centres of at most so many buckets to their weights. Of more
/// values than buckets neighbours are united, always the two whose union moves the weights the least.
struct NumericHistogramState: AggregateState {
  /// Weights are added as whole multiples of this, so that their order makes no difference.
  private static let step = 0x1p-40
  private static let mostWeight = 0x1p60

  private var weights: [UInt64: Int128] = [:]
  private var limit: EngineValue?

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard arguments.count > 1, let value = arguments[1].number?.double else { return }
    var weight = 1.0
    if arguments.count > 2 {
      guard let given = arguments[2].number?.double, given > 0, given <= Self.mostWeight else { return }
      weight = given
    }
    limit = limit ?? arguments[0]
    // Both zeros are one value.
    weights[(value == 0 ? 0 : value).bitPattern, default: 0] &+=
      Int128((weight / Self.step).rounded()) &* Int128(times)
  }

  mutating func merge(_ later: NumericHistogramState) {
    limit = limit ?? later.limit
    for (value, weight) in later.weights { weights[value, default: 0] &+= weight }
  }

  /// What a value takes with its weight, roughly.
  private static let entryByteCount = 64

  var heldByteCount: Int { weights.count * Self.entryByteCount }

  var result: EngineValue {
    guard let limit = limit?.count, limit > 1 else { return .null }
    let sorted = weights.map { (value: Double(bitPattern: $0), weight: Double($1) * Self.step) }
      .sorted { $0.value < $1.value }
    var buckets = NumericBuckets(sorted)
    buckets.unite(to: limit)
    let kept = buckets.kept
    guard kept.count <= ResultLimits.elementCount else { return .null }
    return .map(
      MapValue(
        distinctKeys: kept.map { EngineValue(double: $0.value) },
        values: kept.map { EngineValue(double: $0.weight) }))
  }
}

/// Buckets in ascending order of which neighbours are united.
private struct NumericBuckets {
  private var buckets: [(value: Double, weight: Double)]
  /// The bucket after each one that is left, and before; the count and -1 at the ends.
  private var next: [Int]
  private var previous: [Int]
  private var isLeft: [Bool]
  private var left: Int
  /// How often each has changed: what the heap says of an earlier state does not count.
  private var versions: [Int]
  private var heap: [(penalty: Double, bucket: Int, version: Int)] = []

  init(_ sorted: [(value: Double, weight: Double)]) {
    buckets = sorted
    next = sorted.indices.map { $0 + 1 }
    previous = sorted.indices.map { $0 - 1 }
    isLeft = sorted.map { _ in true }
    versions = sorted.map { _ in 0 }
    left = sorted.count
  }

  var kept: [(value: Double, weight: Double)] { zip(buckets, isLeft).filter(\.1).map(\.0) }

  mutating func unite(to limit: Int) {
    guard left > limit else { return }
    for bucket in buckets.indices { push(bucket) }
    while left > limit, let first = pop() {
      guard isLeft[first.bucket], versions[first.bucket] == first.version, next[first.bucket] < buckets.count
      else {
        continue
      }
      unite(first.bucket, next[first.bucket])
    }
  }

  private mutating func unite(_ bucket: Int, _ other: Int) {
    let (first, second) = (buckets[bucket], buckets[other])
    let weight = first.weight + second.weight
    buckets[bucket] = ((first.value * first.weight + second.value * second.weight) / weight, weight)
    isLeft[other] = false
    left -= 1
    next[bucket] = next[other]
    if next[other] < buckets.count { previous[next[other]] = bucket }
    for changed in [bucket, previous[bucket]] where changed >= 0 {
      versions[changed] += 1
      push(changed)
    }
  }

  /// How far uniting a bucket with the next one moves their weights, squared.
  private func penalty(_ bucket: Int) -> Double {
    guard next[bucket] < buckets.count else { return .infinity }
    let (first, second) = (buckets[bucket], buckets[next[bucket]])
    let distance = first.value - second.value
    return distance * distance * first.weight * second.weight / (first.weight + second.weight)
  }

  // MARK: The heap

  private static func isBefore(
    _ lhs: (penalty: Double, bucket: Int, version: Int), _ rhs: (penalty: Double, bucket: Int, version: Int)
  ) -> Bool {
    lhs.penalty != rhs.penalty ? lhs.penalty < rhs.penalty : lhs.bucket < rhs.bucket
  }

  private mutating func push(_ bucket: Int) {
    heap.append((penalty(bucket), bucket, versions[bucket]))
    var child = heap.count - 1
    while child > 0, Self.isBefore(heap[child], heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func pop() -> (penalty: Double, bucket: Int, version: Int)? {
    guard let last = heap.popLast() else { return nil }
    guard let first = heap.first else { return last }
    heap[0] = last
    var parent = 0
    while let child = [2 * parent + 1, 2 * parent + 2].filter({ $0 < heap.count })
      .min(by: { Self.isBefore(heap[$0], heap[$1]) }), Self.isBefore(heap[child], heap[parent])
    {
      heap.swapAt(child, parent)
      parent = child
    }
    return first
  }
}

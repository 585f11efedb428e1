import CCairn
import Cairn
import Glibc

extension ResultType {
  /// As the C data interface spells it.
  var format: String {
    switch self {
    case .text: "u"
    case .whole: "l"
    case .double: "g"
    case .boolean: "b"
    case .timestamp: "tsu:UTC"
    case .date: "tdD"
    case .decimal(let digits, let places): "d:\(digits),\(places)"
    }
  }
}

/// What a schema that has been handed out owns.
private final class SchemaOwnership {
  let format: UnsafeMutablePointer<CChar>?
  let name: UnsafeMutablePointer<CChar>?
  let children: UnsafeMutablePointer<UnsafeMutablePointer<ArrowSchema>?>
  let childCount: Int
  let dictionary: UnsafeMutablePointer<ArrowSchema>?

  init(_ format: String, _ name: String, _ children: [ArrowSchema], dictionary: ArrowSchema?) {
    self.format = copied(format)
    // A name ends at its first zero byte.
    self.name = copied(name)
    self.children = .allocate(capacity: max(1, children.count))
    childCount = children.count
    for (index, child) in children.enumerated() { self.children[index] = Self.moved(child) }
    self.dictionary = dictionary.map(Self.moved)
  }

  deinit {
    free(format)
    free(name)
    for index in 0..<childCount { Self.release(children[index]) }
    children.deallocate()
    Self.release(dictionary)
  }

  private static func moved(_ schema: ArrowSchema) -> UnsafeMutablePointer<ArrowSchema> {
    let pointer = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
    pointer.initialize(to: schema)
    return pointer
  }

  private static func release(_ schema: UnsafeMutablePointer<ArrowSchema>?) {
    guard let schema else { return }
    schema.pointee.release?(schema)
    schema.deallocate()
  }
}

extension ArrowSchema {
  /// Of a column or, with children, of rows.
  init(format: String, name: String, children: [ArrowSchema] = [], dictionary: ArrowSchema? = nil) {
    let ownership = SchemaOwnership(format, name, children, dictionary: dictionary)
    LiveCount.add(1)
    self.init(
      format: ownership.format, name: ownership.name, metadata: nil, flags: Int64(ARROW_FLAG_NULLABLE),
      n_children: Int64(children.count), children: ownership.children, dictionary: ownership.dictionary,
      release: { schema in
        guard let schema, let data = schema.pointee.private_data else { return }
        schema.pointee.release = nil
        schema.pointee.private_data = nil
        LiveCount.add(-1)
        Unmanaged<SchemaOwnership>.fromOpaque(data).release()
      }, private_data: Unmanaged.passRetained(ownership).toOpaque())
  }

  /// Of the rows of a result.
  init(_ columns: [QueryColumn], _ types: [ResultType], hasDictionaries: Bool) {
    let fields = zip(columns, types).map { column, type in
      if type == .text, hasDictionaries {
        return ArrowSchema(format: "i", name: column.name, dictionary: ArrowSchema(format: "u", name: ""))
      }
      return ArrowSchema(format: type.format, name: column.name)
    }
    self.init(format: "+s", name: "", children: fields)
    flags = 0
  }
}

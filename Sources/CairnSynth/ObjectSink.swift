import CDeflate
import Glibc

/// Compresses objects and writes them below `AWSLogs/`; one per thread.
struct ObjectSink: ~Copyable {
  private let compressor: OpaquePointer
  private var compressed: ByteBuffer
  private var path: ByteBuffer
  private let root: String
  /// Directories made by this thread, by account, region and day.
  private var directories: Set<Int> = []
  private(set) var summary = SynthSummary()
  /// The set of known directories starts anew at this size; making a directory again does no harm.
  private static let mostDirectories = 1 << 16

  init(root: String, level: Int) throws(SynthError) {
    guard let compressor = libdeflate_alloc_compressor(Int32(level)) else {
      throw .resources("cannot allocate a libdeflate compressor of level \(level)")
    }
    self.compressor = compressor
    self.root = root
    compressed = ByteBuffer()
    path = ByteBuffer(capacity: 1_024)
  }

  deinit {
    libdeflate_free_compressor(compressor)
  }

  /// Writes one object: `{account}_CloudTrail_{region}_YYYYMMDDTHHmmZ_{suffix}.json.gz`.
  mutating func write(
    _ json: borrowing ByteBuffer, account: Account, accountIndex: Int, region: String, regionIndex: Int,
    delivery: Int, suffix: UInt64
  ) throws(SynthError) {
    let bound = libdeflate_gzip_compress_bound(compressor, json.count)
    compressed.removeAll()
    let size = compressed.fill(bound) { target in
      libdeflate_gzip_compress(compressor, json.base, json.count, target, bound)
    }
    guard size > 0 else { throw .resources("libdeflate could not compress \(json.count) bytes") }
    setDirectory(account, region, delivery)
    if directories.count >= Self.mostDirectories { directories.removeAll(keepingCapacity: true) }
    let day = delivery / 86_400
    if directories.insert(
      (day * Region.all.count + regionIndex) * SynthOptions.Limit.accountCount + accountIndex
    )
    .inserted {
      path.append(0)
      try FileSystem.makeDirectories(path.base)
      path.truncate(to: path.count - 1)
    }
    appendName(account, region, delivery, suffix)
    try FileSystem.write(compressed.bytes, to: path.base, modified: delivery)
    summary.objectCount += 1
    summary.jsonByteCount += json.count
    summary.compressedByteCount += size
  }

  private mutating func setDirectory(_ account: Account, _ region: String, _ delivery: Int) {
    path.removeAll()
    path.append(root)
    path.append("/AWSLogs/")
    path.append(account.id)
    path.append("/CloudTrail/")
    path.append(region)
    path.append(0x2F)
    path.appendDate(CivilTime(epochSeconds: delivery), separator: 0x2F)
  }

  private mutating func appendName(_ account: Account, _ region: String, _ delivery: Int, _ suffix: UInt64) {
    let time = CivilTime(epochSeconds: delivery)
    path.append(0x2F)
    path.append(account.id)
    path.append("_CloudTrail_")
    path.append(region)
    path.append(0x5F)
    path.appendPadded(time.year, width: 4)
    path.appendPadded(time.month, width: 2)
    path.appendPadded(time.day, width: 2)
    path.append(0x54)
    path.appendPadded(time.hour, width: 2)
    path.appendPadded(time.minute, width: 2)
    path.append("Z_")
    path.appendRandom(16, alphabet: Alphabet.mixed, bits: 6, seed: suffix)
    path.append(".json.gz")
    path.append(0)
  }
}

/// The few calls of the operating system that the generator needs.
enum FileSystem {
  /// Makes a directory and its parents; the path is text that ends in a zero byte.
  static func makeDirectories(_ path: UnsafeMutablePointer<UInt8>) throws(SynthError) {
    var index = 1
    while true {
      let byte = path[index]
      if byte == 0x2F || byte == 0 {
        path[index] = 0
        let result = mkdir(text(path), 0o777)
        let code = errno
        path[index] = byte
        // Two threads may race for a parent; a plain file in the way shows in the next call.
        if result != 0, code != EEXIST { throw failure("make directory", path, code) }
        if byte == 0 { return }
      }
      index += 1
    }
  }

  /// Writes a whole file.
  ///
  /// - Parameter modified: when it was modified last, in seconds since 1970; nil for now. Copies of a bucket's objects
  ///   keep their times, and one history is the same wherever and whenever it is made.
  static func write(
    _ bytes: UnsafeBufferPointer<UInt8>, to path: UnsafePointer<UInt8>, modified: Int? = nil
  ) throws(SynthError) {
    let descriptor = open(text(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("create", path, errno) }
    var done = 0
    while done < bytes.count {
      let written = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        let code = errno
        close(descriptor)
        throw failure("write", path, code)
      }
      done += written
    }
    if let modified {
      let time = timespec(tv_sec: modified, tv_nsec: 0)
      guard futimens(descriptor, [time, time]) == 0 else {
        let code = errno
        close(descriptor)
        throw failure("set the time of", path, code)
      }
    }
    guard close(descriptor) == 0 else { throw failure("close", path, errno) }
  }

  /// True when something exists at a path.
  static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
  }

  private static func text(_ path: UnsafePointer<UInt8>) -> UnsafePointer<CChar> {
    UnsafeRawPointer(path).assumingMemoryBound(to: CChar.self)
  }

  private static func failure(_ operation: String, _ path: UnsafePointer<UInt8>, _ code: Int32) -> SynthError
  {
    .io(
      operation: operation, path: String(cString: path), errno: code, message: String(cString: strerror(code))
    )
  }
}

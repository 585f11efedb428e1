import CairnStorage
import CairnTestSupport
import Glibc
import Testing

/// Files that are closed between reads.
@Suite struct DescriptorCacheTests {
  @Test func openFilesAreBounded() throws {
    let directory = try TemporaryDirectory()
    let cache = DescriptorCache(limit: 3)
    let stores = try (0..<10).map { index in
      let path = try directory.write("\(index)", [UInt8](repeating: UInt8(index), count: 10 + index))
      return try FileBlockStore(path: FileName(path), descriptors: cache)
    }
    var random = SeededGenerator(seed: 5)
    for _ in 0..<200 {
      let index = random.below(10)
      #expect(stores[index].byteCount == 10 + index)
      #expect(try stores[index].read(offset: 3, byteCount: 2) == [UInt8(index), UInt8(index)])
      #expect(cache.openCount <= 3)
    }
  }

  @Test func closedStoresHoldNothing() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("a", [1])
    let cache = DescriptorCache(limit: 3)
    var store: FileBlockStore? = try FileBlockStore(path: FileName(path), descriptors: cache)
    #expect(cache.openCount == 1 && store?.byteCount == 1)
    store = nil
    #expect(cache.openCount == 0)
  }

  enum Change: CaseIterable { case replaced, grown, rewritten, removed, directory }

  /// Another file under the name is noticed when it is opened again.
  @Test(arguments: Change.allCases) func changedFiles(change: Change) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("a", [1, 2, 3])
    let cache = DescriptorCache(limit: 1)
    let store = try FileBlockStore(path: FileName(path), descriptors: cache)
    let other = try FileBlockStore(path: FileName(try directory.write("b", [9])), descriptors: cache)
    #expect(try store.read(offset: 0, byteCount: 3) == [1, 2, 3])
    // Opens the other one and closes this one.
    #expect(try other.read(offset: 0, byteCount: 1) == [9])
    switch change {
    case .replaced: try Directory.rename(try directory.write("c", [1, 2, 3]), to: path)
    case .grown:
      let file = open(path, O_WRONLY | O_APPEND)
      #expect(write(file, "x", 1) == 1)
      close(file)
    case .rewritten:
      let file = open(path, O_WRONLY)
      #expect(write(file, "x", 1) == 1)
      futimens(file, [timespec(tv_sec: 1, tv_nsec: 1), timespec(tv_sec: 1, tv_nsec: 1)])
      close(file)
    case .removed: try Directory.remove(path)
    case .directory:
      try Directory.remove(path)
      try Directory.create(path)
    }
    let error = #expect(throws: CairnError.self) { try store.read(offset: 0, byteCount: 3) }
    #expect(error?.exitCode == (change == .directory ? 4 : 5), "\(String(describing: error))")
  }

  /// An archive's directory may be renamed while it is read.
  @Test func renamedArchive() throws {
    let directory = try TemporaryDirectory()
    let path = directory.sub("archive")
    try WriterFixture.archive(path, ["a", "b"])
    let snapshot = try ArchiveSnapshot(path: path)
    try Directory.rename(path, to: directory.sub("renamed"))
    for entry in snapshot.manifest.segments {
      #expect(try SegmentVerifier(try snapshot.open(entry), threads: 1).verify().recordCount == 1)
    }
  }
}

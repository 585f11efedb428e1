import CairnShims
import Glibc
import Testing

/// Short runs are copied and compared without a call: as memcpy and memcmp do, and no byte beside them is touched.
@Suite struct ShortRunTests {
  /// A page whose neighbours cannot be read.
  private final class GuardedPage {
    static let byteCount = 4096
    private let mapping: UnsafeMutableRawPointer

    init() throws {
      let protection = PROT_READ | PROT_WRITE
      let mapped = mmap(nil, 3 * Self.byteCount, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      mapping = try #require(mapped == MAP_FAILED ? nil : mapped)
      mprotect(mapping, Self.byteCount, PROT_NONE)
      mprotect(mapping + 2 * Self.byteCount, Self.byteCount, PROT_NONE)
    }

    deinit { munmap(mapping, 3 * Self.byteCount) }

    var first: UnsafeMutablePointer<UInt8> {
      (mapping + Self.byteCount).assumingMemoryBound(to: UInt8.self)
    }

    /// A run that begins the page, and one that ends it.
    func runs(_ count: Int) -> [UnsafeMutablePointer<UInt8>] { [first, first + (Self.byteCount - count)] }
  }

  private static let lengths = 0...100

  @Test func copies() throws {
    let (from, to) = (try GuardedPage(), try GuardedPage())
    for count in Self.lengths {
      for source in from.runs(count) {
        for target in to.runs(count) {
          for index in 0..<GuardedPage.byteCount {
            from.first[index] = UInt8(truncatingIfNeeded: index * 7 + count)
          }
          memset(to.first, 0xEE, GuardedPage.byteCount)
          cairn_copy(target, source, count)
          #expect(memcmp(target, source, count) == 0)
          let untouched = UnsafeBufferPointer(start: to.first, count: GuardedPage.byteCount)
          let start = target - to.first
          #expect(untouched[..<start].allSatisfy { $0 == 0xEE })
          #expect(untouched[(start + count)...].allSatisfy { $0 == 0xEE })
        }
      }
    }
  }

  /// Every single bit that differs is seen, wherever in the run it is.
  @Test func compares() throws {
    let (left, right) = (try GuardedPage(), try GuardedPage())
    for count in Self.lengths {
      for a in left.runs(count) {
        for b in right.runs(count) {
          for index in 0..<count { a[index] = UInt8(truncatingIfNeeded: index * 31 + 5) }
          cairn_copy(b, a, count)
          #expect(cairn_equal(a, b, count) != 0)
          for index in 0..<count {
            b[index] ^= 1 << UInt8(truncatingIfNeeded: index & 7)
            #expect(cairn_equal(a, b, count) == 0, "byte \(index) of \(count)")
            b[index] = a[index]
          }
        }
      }
    }
  }

  /// A run may be compared with one that it shares bytes with.
  @Test func comparesOverlapping() throws {
    let page = try GuardedPage()
    for period in 1...5 {
      for index in 0..<200 { page.first[index] = UInt8(truncatingIfNeeded: index % period) }
      for count in Self.lengths {
        for shift in 0...10 {
          let isSame = memcmp(page.first, page.first + shift, count) == 0
          #expect((cairn_equal(page.first, page.first + shift, count) != 0) == isSame)
        }
      }
    }
  }
}

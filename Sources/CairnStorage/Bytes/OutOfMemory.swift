import CairnShims
import Glibc

/// Memory for `capacity` elements. Where there is none the process ends with a message and the exit code of an I/O
/// error, not with a trap: the loops that ask cannot throw, and a run that ends at any moment loses nothing.
func allocateOrEnd<Element: BitwiseCopyable>(_ capacity: Int) -> UnsafeMutablePointer<Element> {
  let (byteCount, overflow) = capacity.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
  guard !overflow, byteCount >= 0, let raw = malloc(max(1, byteCount)) else { endOutOfMemory(byteCount) }
  return raw.bindMemory(to: Element.self, capacity: capacity)
}

/// The same memory, or other memory with the same elements, with room for `capacity` of them.
func reallocateOrEnd<Element: BitwiseCopyable>(
  _ base: UnsafeMutablePointer<Element>, _ capacity: Int
) -> UnsafeMutablePointer<Element> {
  let (byteCount, overflow) = capacity.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
  guard !overflow, byteCount >= 0, let raw = realloc(base, max(1, byteCount)) else {
    endOutOfMemory(byteCount)
  }
  return raw.bindMemory(to: Element.self, capacity: capacity)
}

private func endOutOfMemory(_ byteCount: Int) -> Never {
  let message = Array("cairn: memory: cannot allocate \(byteCount) bytes: Cannot allocate memory\n".utf8)
  _ = message.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  _exit(5)
}

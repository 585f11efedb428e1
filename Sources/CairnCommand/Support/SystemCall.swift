import Cairn
import Glibc

/// Writes all bytes; false where that fails, with `errno`.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
  var done = 0
  while done < bytes.count {
    let count = uninterrupted {
      Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
    }
    if count < 0 { return false }
    done += count
  }
  return true
}

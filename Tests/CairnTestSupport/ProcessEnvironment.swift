import Glibc

package enum ProcessEnvironment {
  package static func isSet(_ name: String) -> Bool { getenv(name) != nil }
}

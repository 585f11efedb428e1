// swift-tools-version: 6.2
import PackageDescription

// A package of its own that uses Cairn as any other would. Built and run by `tools/check example`.
let package = Package(
  name: "denied-calls",
  dependencies: [.package(name: "cairn", path: "../../..")],
  targets: [
    .executableTarget(
      name: "DeniedCalls", dependencies: [.product(name: "Cairn", package: "cairn")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)

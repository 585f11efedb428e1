// swift-tools-version: 6.2
import PackageDescription

// Apart from the main package, so that nobody who depends on Cairn builds it.
let package = Package(
  name: "cairn-inprocess",
  dependencies: [.package(name: "cairn", path: "../../..")],
  targets: [
    .executableTarget(
      name: "cairn-inprocess",
      dependencies: [.product(name: "Cairn", package: "cairn")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)

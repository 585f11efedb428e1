import Cairn
import CairnSynth
import CairnTestSupport
import Foundation
import Testing

/// A fenced block of a page.
struct DocumentBlock: Sendable {
  var page: String
  var line: Int
  var language: String
  var text: String

  var place: String { "\(page):\(line)" }

  static func all(in page: String) throws -> [DocumentBlock] {
    var blocks: [DocumentBlock] = []
    var current: DocumentBlock?
    let text = String(decoding: try readFile(page), as: UTF8.self)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.hasPrefix("```"), let block = current {
        blocks.append(block)
        current = nil
      } else if line.hasPrefix("```") {
        current = DocumentBlock(page: page, line: index + 1, language: String(line.dropFirst(3)), text: "")
      } else {
        current?.text += line + "\n"
      }
    }
    if let current { throw TestFailure("\(current.place): the block has no end") }
    return blocks
  }
}

/// Every fenced block of every page is executed by some test, or is a picture. Whoever adds one says here by what.
@Suite struct DocumentBlockTests {
  private enum Proof {
    /// A test or a script that names the page, and takes the blocks of this language from it.
    case file(String)
    /// The tests here.
    case here
    /// Nothing that could be executed: layouts of bytes, modules, stages.
    case picture
  }

  private static let proofs: [(page: String, language: String, count: Int, proof: Proof)] = [
    ("README.md", "console", 1, .file("Tests/CairnCommandTests/DocumentCommandTests.swift")),
    ("README.md", "bash", 1, .file("Tests/CairnCommandTests/QueryDocumentTests.swift")),
    ("README.md", "", 1, .file("Tests/CairnCommandTests/DocumentCommandTests.swift")),
    ("README.md", "sh", 1, .here),
    ("README.md", "sql", 1, .file("Tests/CairnCommandTests/QueryDocumentTests.swift")),
    ("README.md", "python", 1, .file("python/tests/test_documents.py")),
    ("ARCHITECTURE.md", "", 3, .picture),
    ("docs/coming-from.md", "sql", 3, .file("Tests/CairnCommandTests/QueryDocumentTests.swift")),
    ("docs/coming-from.md", "sh", 2, .file("Tests/CairnCommandTests/QueryDocumentTests.swift")),
    ("docs/export.md", "console", 2, .file("python/tests/test_documents.py")),
    ("docs/export.md", "sql", 1, .file("python/tests/test_documents.py")),
    ("docs/investigate.md", "", 11, .file("Tests/CairnCommandTests/InvestigateDocumentTests.swift")),
    ("docs/library.md", "swift", 3, .file("Tests/CairnCommandTests/LibraryPageTests.swift")),
    ("docs/operate.md", "ini", 3, .here),
    ("docs/performance.md", "", 1, .picture),
    ("docs/performance.md", "sh", 1, .here),
    ("docs/python.md", "console", 1, .file("python/tests/test_documents.py")),
    ("docs/python.md", "python", 4, .file("python/tests/test_documents.py")),
    ("docs/python.md", "c", 1, .file("tools/check")),
    ("docs/query.md", "sh", 6, .file("Tests/CairnCommandTests/QueryDocumentTests.swift")),
    ("docs/query.md", "sql", 15, .file("Tests/CairnCommandTests/QueryDocumentTests.swift")),
    ("docs/query.md", "", 1, .file("Tests/CairnCommandTests/QueryDocumentTests.swift")),
    ("docs/scale.md", "sh", 2, .here),
    ("docs/scale.md", "python", 1, .file("python/tests/test_documents.py")),
    ("docs/semantics.md", "semantics", 36, .file("Tests/CairnSQLTests/SemanticsDocumentTests.swift")),
    (
      "docs/semantics.md", "semantics-functions", 26,
      .file("Tests/CairnSQLTests/SemanticsDocumentTests.swift")
    ),
    ("docs/semantics.md", "semantics-query", 16, .file("Tests/CairnSQLTests/SemanticsQueryTests.swift")),
    ("docs/synth.md", "sh", 1, .here), ("docs/synth.md", "", 1, .here),
    ("Benchmarks/README.md", "sh", 4, .here), ("tools/trino/README.md", "sh", 1, .here),
  ]

  /// All pages but those that programs write (`Benchmarks/results`) and the format's, whose examples have a test of
  /// their own (`FormatDocument`, in which no kind may be unknown).
  private static func pages() throws -> [String] {
    let listed = try runProcess(["git", "ls-files", "*.md"])
    guard listed.code == 0 else { throw TestFailure("git: \(listed.error)") }
    return String(decoding: listed.output, as: UTF8.self).split(separator: "\n").map(String.init).filter {
      !$0.hasPrefix("Benchmarks/results/") && !$0.hasPrefix("Formats/")
    }
  }

  @Test func everyBlockIsTested() throws {
    var found: [String: Int] = [:]
    for page in try Self.pages() {
      for block in try DocumentBlock.all(in: page) { found["\(page) \(block.language)", default: 0] += 1 }
    }
    #expect(found.count > 20)
    for proof in Self.proofs {
      let key = "\(proof.page) \(proof.language)"
      #expect(
        found.removeValue(forKey: key) == proof.count,
        "\(key): there is another number of blocks; is each of them tested?")
      if case .file(let file) = proof.proof {
        let text = String(decoding: try readFile(file), as: UTF8.self)
        #expect(text.contains(proof.page), "\(file) does not name \(proof.page)")
      }
    }
    #expect(found.isEmpty, "by what are these tested? \(found)")
  }

  // MARK: What other tests leave

  private static func block(_ page: String, _ language: String, _ number: Int = 0) throws -> String {
    let all = try DocumentBlock.all(in: page).filter { $0.language == language }
    guard number < all.count else { throw TestFailure("\(page): \(language)") }
    return all[number].text
  }

  private static func shell(_ text: String, in directory: String) throws -> ChildProcess.Result {
    guard let cairn = Binary.path else { throw TestFailure("no cairn binary") }
    let bin = URL(fileURLWithPath: cairn).deletingLastPathComponent().path
    return try runProcess(
      ["bash", "-euo", "pipefail", "-c", "PATH=\(bin):$PATH\n\(text)"], directory: directory)
  }

  /// Archives by account and by month, made in parallel and asked as one.
  @Test func scale() throws {
    let directory = try TemporaryDirectory()
    var options = SynthOptions(outputPath: directory.path)
    (options.eventCount, options.dayCount, options.accountCount) = (6000, 70, 4)
    _ = try generate(options)
    let made = try Self.shell(try Self.block("docs/scale.md", "sh"), in: directory.path)
    #expect(made.code == 0, "\(made.error)")
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.sub("archives"))
    let accounts = try FileManager.default.contentsOfDirectory(atPath: directory.sub("AWSLogs"))
    #expect(accounts.count == 4 && Set(names) == Set(accounts + ["2025-03"]))
    // All of it once, though March is there twice.
    let all = try Binary.run("scan", "archives", "--count", directory: directory.path)
    #expect(String(decoding: all.output, as: UTF8.self) == "6000\n", "\(all.error)")
    let asked = try Self.block("docs/scale.md", "sh", 1).split(separator: "\n")
    #expect(asked.count == 2)
    for command in asked {
      let result = try Self.shell(String(command), in: directory.path)
      #expect(result.code == 0 && !result.output.isEmpty, "\(command): \(result.error)")
    }
  }

  /// The tree has the form that the page draws.
  @Test func synth() throws {
    let directory = try TemporaryDirectory()
    let result = try Self.shell(
      try Self.block("docs/synth.md", "sh").replacingOccurrences(of: "--events 100000", with: "--events 500")
        + "cairn synth --events 500 --days 30 --incident leaked-key --out again/history\n", in: directory.path
    )
    #expect(result.code == 0, "\(result.error)")
    let lines = try Self.block("docs/synth.md", "").split(separator: "\n")
    #expect(lines.count == 2)
    let pattern =
      "^"
      + lines[0].replacingOccurrences(of: ".", with: "\\.")
      .replacingOccurrences(of: "YYYYMMDDTHHmmZ", with: "[0-9]{8}T[0-9]{4}Z")
      .replacingOccurrences(of: "YYYY/MM/DD", with: "[0-9]{4}/[0-9]{2}/[0-9]{2}")
      .replacingOccurrences(of: "{account}", with: "[0-9]{12}")
      .replacingOccurrences(of: "{region}", with: "[a-z0-9-]+")
      .replacingOccurrences(of: "{16 chars}", with: "[A-Za-z0-9]{16}") + "$"
    let objects = try treePaths(directory.sub("history"))
    #expect(objects.count > 10)
    for object in objects {
      #expect(("history/" + object).range(of: pattern, options: .regularExpression) != nil, "\(object)")
    }
    #expect(lines[1].hasPrefix("history/incident-NAME.json "))
    #expect(FileManager.default.fileExists(atPath: directory.sub("again/history/incident-leaked-key.json")))
  }

  /// Units for systemd: its own judgement, where it is there, and the commands as they stand, in a place of their own.
  @Test func units() throws {
    let directory = try TemporaryDirectory()
    var options = SynthOptions(outputPath: directory.sub("var/log/cloudtrail"))
    options.eventCount = 200
    _ = try generate(options)
    try FileManager.default.createDirectory(
      atPath: directory.sub("var/lib/cairn"), withIntermediateDirectories: true)
    var commands = 0
    for block in try DocumentBlock.all(in: "docs/operate.md") where block.language == "ini" {
      let sections = block.text.split(separator: "\n").filter { $0.hasPrefix("[") }
      let known = ["[Unit]", "[Service]", "[Timer]", "[Install]"]
      #expect(!sections.isEmpty && sections.allSatisfy { known.contains(String($0)) }, "\(block.place)")
      for line in block.text.split(separator: "\n") where line.hasPrefix("ExecStart=") {
        commands += 1
        let words = line.dropFirst("ExecStart=".count).split(separator: " ").map(String.init)
        #expect(words[0] == "/usr/local/bin/cairn")
        let arguments = words.dropFirst().map { $0.hasPrefix("/") ? directory.path + $0 : $0 }
        if arguments.contains("--watch") {
          let process = try ChildProcess(try Binary.command(arguments))
          // It ends in order when it is told to.
          usleep(300_000)
          process.kill(SIGTERM)
          #expect(try process.wait().code == 0)
        } else {
          let result = try Binary.run(arguments)
          #expect(result.code == 0 && result.error.isEmpty, "\(line): \(result.error)")
          let count = try Binary.run("scan", directory.sub("var/lib/cairn/trail"), "--count")
          #expect(String(decoding: count.output, as: UTF8.self) == "200\n")
        }
      }
      let analyze = "/usr/bin/systemd-analyze"
      guard FileManager.default.isExecutableFile(atPath: analyze) else { continue }
      let name = block.text.contains("[Timer]") ? "cairn-page.timer" : "cairn-page.service"
      try directory.write("units/cairn-page.service", Array("[Service]\nExecStart=/bin/true\n".utf8))
      let text = block.text.replacingOccurrences(of: "/usr/local/bin/cairn", with: "/bin/true")
        .replacingOccurrences(of: "User=cairn", with: "User=root")
      try directory.write("units/\(name)", Array(text.utf8))
      let judged = try runProcess([analyze, "verify", directory.sub("units/\(name)")])
      #expect(!judged.error.contains("units/\(name):"), "\(block.place): \(judged.error)")
    }
    #expect(commands == 2)
  }

  /// Commands that take long, or need what is not here: their targets, programs and options are there.
  @Test func toolsHaveWhatPagesName() throws {
    let makefile = String(decoding: try readFile("Makefile"), as: UTF8.self)
    func expectTargets(_ line: Substring) {
      let words = line.split(separator: "#")[0].split(separator: " ").dropFirst()
      guard let target = words.first else { return }
      #expect(makefile.contains("\n\(target):"), "make \(target)")
      for word in words.dropFirst() where word.contains("=") && word.prefix(1).first?.isUppercase == true {
        #expect(makefile.contains("\(word.prefix { $0 != "=" })"), "\(line)")
      }
    }
    for line in try Self.block("README.md", "sh").split(separator: "\n") { expectTargets(line) }
    let programs = [
      "make bench-load": "Benchmarks/peers/__main__.py", "make bench-query": "Benchmarks/queries/__main__.py",
      "make bench-setup": "Benchmarks/setup", "cd Benchmarks": "Benchmarks/peers/__main__.py",
      "Benchmarks/run": "Benchmarks/run", "Benchmarks/compaction": "Benchmarks/compaction",
      "tools/trino/extract": "tools/trino/extract",
      "tools/trino/compare": "tools/trino/compare",
    ]
    var checked = 0
    for page in ["Benchmarks/README.md", "tools/trino/README.md"] {
      for block in try DocumentBlock.all(in: page) {
        for line in block.text.split(separator: "\n") where !line.hasPrefix("cairn ") {
          guard let (_, program) = programs.first(where: { line.hasPrefix($0.key) }) else {
            Issue.record("\(block.place): \(line)")
            continue
          }
          if line.hasPrefix("make ") { expectTargets(line) }
          let text = String(decoding: try readFile(program), as: UTF8.self)
          for word in line.split(whereSeparator: { " \"[]=".contains($0) }) where word.hasPrefix("--") {
            #expect(text.contains(word), "\(program): \(word)")
            checked += 1
          }
        }
      }
    }
    #expect(checked > 10)
    // What perf is to record runs.
    let directory = try TemporaryDirectory()
    var options = SynthOptions(outputPath: directory.sub("LOGS"))
    options.eventCount = 200
    _ = try generate(options)
    let lines = try Self.block("docs/performance.md", "sh").split(separator: "\n")
    let command = try #require(lines[0].range(of: "cairn compact ")).lowerBound
    #expect(lines.allSatisfy { $0.hasPrefix("perf ") })
    #expect(try Self.shell(String(lines[0][command...]), in: directory.path).code == 0)
    // So does the line of the page about Trino.
    let trino = try Self.block("tools/trino/README.md", "sh").split(separator: "\n").filter {
      $0.hasPrefix("cairn ")
    }
    #expect(trino.count == 1)
    #expect(try Self.shell(String(trino[0]), in: directory.path).code == 0)
  }
}

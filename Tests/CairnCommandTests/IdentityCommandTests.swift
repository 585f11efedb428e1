import CairnTestSupport
import Testing

@Suite struct IdentityCommandTests {
  /// However the folder is named, and from wherever: the events are there once.
  @Test func namesOfOneFolder() throws {
    let directory = try TemporaryDirectory()
    let binary = try Binary.command([])[0]
    let folder = "AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/01"
    let file = "111122223333_CloudTrail_us-east-1_20240101T0005Z_aaaaaaaaaaaaaaaa.json"
    let record = #"{"eventTime":"2024-01-01T00:01:00Z","eventName":"a","eventID":"1"}"#
    let result = try runProcess(
      [
        "bash", "-c",
        #"""
        set -e
        cairn() { '\#(binary)' "$@"; }
        mkdir -p \#(folder)
        echo '\#(record)' > \#(folder)/\#(file)
        archive=$PWD/archive
        cairn compact ./AWSLogs --into $archive
        (cd AWSLogs; cairn compact . --into $archive; cd 111122223333; cairn compact CloudTrail --into $archive)
        (cd \#(folder); cairn compact *.json --into $archive; cairn compact . --into $archive --rehash)
        cairn compact "$PWD/AWSLogs" --into $archive
        cp -r AWSLogs elsewhere; gzip elsewhere/*/*/*/*/*/*/*
        cairn compact elsewhere --into $archive
        cairn query archive 'SELECT count(*) AS n FROM events' --output csv
        cairn query archive 'SELECT "$path" AS p, account, region FROM events' --output csv
        cd AWSLogs; cairn compact . --into ../other --quiet
        cairn query ../other 'SELECT "$path" AS p, account, region FROM events' --output csv
        """#,
      ], directory: directory.path)
    #expect(result.code == 0, "\(result.error)")
    let key = "\(folder)/\(file),111122223333,us-east-1"
    #expect(
      String(decoding: result.output, as: UTF8.self)
        .split(whereSeparator: \.isNewline).filter { $0 != "n" && !$0.hasPrefix("p,") } == [
          "1", key[...], key[...],
        ],
      "\(String(decoding: result.output, as: UTF8.self))")
    #expect(result.error.contains("1 of unchanged size and time, not read"), "\(result.error)")
    #expect(result.error.contains("1 with the name and content of one in the archive"), "\(result.error)")
  }
}

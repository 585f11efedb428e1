/// Bytes that kinds of files have at a fixed place (as in the `magic` files of file(1)).
struct FileSignature: Sendable {
  var what: String
  var wayOut: String?
  var offset = 0
  var bytes: [UInt8]
  /// It is opened where it is whole and not too deep inside others: then what is in it is missed.
  var isOpened = false

  var isPacked: Bool { wayOut?.hasPrefix("unpack it first") ?? false }

  func fits(_ content: UnsafeBufferPointer<UInt8>) -> Bool {
    content.count >= offset + bytes.count && content[offset..<(offset + bytes.count)].elementsEqual(bytes)
  }

  /// What never holds a log that somebody wants to read, whatever its bytes happen to contain: a program's memory
  /// may well have records in it.
  static let withoutLogs: [FileSignature] = [
    FileSignature(what: "a program, library or core dump (ELF)", bytes: [0x7F] + Array("ELF".utf8)),
    FileSignature(what: "a program (Mach-O)", bytes: [0xCF, 0xFA, 0xED, 0xFE]),
    FileSignature(what: "a program (PE)", bytes: Array("MZ".utf8) + [0x90, 0]),
    FileSignature(what: "a program (WebAssembly)", bytes: [0] + Array("asm".utf8)),
    FileSignature(what: "a Java class", bytes: [0xCA, 0xFE, 0xBA, 0xBE]),
    FileSignature(what: "an image (PNG)", bytes: [0x89] + Array("PNG\r\n".utf8)),
    FileSignature(what: "an image (JPEG)", bytes: [0xFF, 0xD8, 0xFF]),
    FileSignature(what: "an image (GIF)", bytes: Array("GIF8".utf8)),
    FileSignature(what: "an image (TIFF)", bytes: Array("II*".utf8) + [0]),
    FileSignature(what: "an image (TIFF)", bytes: Array("MM".utf8) + [0, 0x2A]),
    FileSignature(what: "an image, sound or film (RIFF)", bytes: Array("RIFF".utf8)),
    FileSignature(what: "a film or sound (MP4)", offset: 4, bytes: Array("ftyp".utf8)),
    FileSignature(what: "sound or film (Ogg)", bytes: Array("OggS".utf8)),
    FileSignature(what: "a film (Matroska)", bytes: [0x1A, 0x45, 0xDF, 0xA3]),
    FileSignature(what: "a PDF document", bytes: Array("%PDF-".utf8)),
    FileSignature(what: "a Finder's .DS_Store", bytes: [0, 0, 0, 1] + Array("Bud1".utf8)),
    FileSignature(what: "a Git pack or index", bytes: Array("DIRC".utf8)),
    FileSignature(what: "a Git pack or index", bytes: Array("PACK".utf8) + [0, 0, 0]),
    FileSignature(what: "a Cairn segment", bytes: Array("CAIRNSEG".utf8)),
  ]

  /// What may hold logs, once it is unpacked or converted.
  static let containers: [FileSignature] = [
    FileSignature(
      what: "a zip archive", wayOut: "unpack it first", bytes: Array("PK".utf8) + [3, 4], isOpened: true),
    FileSignature(what: "an empty zip archive", bytes: Array("PK".utf8) + [5, 6]),
    FileSignature(what: "bzip2 data", wayOut: "unpack it first (bunzip2)", bytes: Array("BZh".utf8)),
    FileSignature(
      what: "xz data", wayOut: "unpack it first (unxz)", bytes: [0xFD] + Array("7zXZ".utf8) + [0]),
    FileSignature(
      what: "a 7-Zip archive", wayOut: "unpack it first", bytes: Array("7z".utf8) + [0xBC, 0xAF, 0x27]),
    FileSignature(what: "a RAR archive", wayOut: "unpack it first", bytes: Array("Rar!".utf8) + [0x1A, 7]),
    FileSignature(
      what: "a tar archive", wayOut: "unpack it first", offset: 257, bytes: Array("ustar".utf8),
      isOpened: true),
    FileSignature(what: "LZ4 data", wayOut: "unpack it first (unlz4)", bytes: [0x04, 0x22, 0x4D, 0x18]),
    FileSignature(what: "LZMA data", wayOut: "unpack it first (unlzma)", bytes: [0x5D, 0, 0, 0x80, 0]),
    FileSignature(what: "lzip data", wayOut: "unpack it first (lunzip)", bytes: Array("LZIP".utf8)),
    FileSignature(what: "compress data (.Z)", wayOut: "unpack it first (gunzip)", bytes: [0x1F, 0x9D]),
    FileSignature(
      what: "Snappy data", wayOut: "unpack it first", bytes: [0xFF, 6, 0, 0] + Array("sNaPpY".utf8)),
    FileSignature(what: "a Debian package or library (ar)", bytes: Array("!<arch>\n".utf8)),
    FileSignature(what: "a cpio archive", wayOut: "unpack it first", bytes: Array("07070".utf8)),
    FileSignature(what: "a Parquet file", wayOut: "export it as JSON lines", bytes: Array("PAR1".utf8)),
    FileSignature(what: "an Avro file", wayOut: "export it as JSON lines", bytes: Array("Obj".utf8) + [1]),
    FileSignature(what: "an ORC file", wayOut: "export it as JSON lines", bytes: Array("ORC".utf8)),
    FileSignature(what: "an Arrow file", wayOut: "export it as JSON lines", bytes: Array("ARROW1".utf8)),
    FileSignature(
      what: "an SQLite database", wayOut: "export it as JSON lines", bytes: Array("SQLite format 3".utf8)),
    FileSignature(what: "a PGP message", wayOut: "decrypt it first", bytes: Array("-----BEGIN PGP".utf8)),
    FileSignature(
      what: "age's encrypted data", wayOut: "decrypt it first", bytes: Array("age-encryption.org".utf8)),
  ]

  /// Texts that hold a log only where one is seen in them.
  static let documents: [FileSignature] = [
    FileSignature(what: "XML", bytes: Array("<?xml".utf8)),
    FileSignature(what: "HTML", bytes: Array("<!DOCTYPE".utf8)),
    FileSignature(what: "HTML", bytes: Array("<html".utf8)),
  ]
}

import Testing

import CairnSynth

@Test func optionsOutOfRangeThrow() {
  var options = SynthOptions(outputPath: "/tmp/none")
  options.eventCount = 0
  #expect(throws: SynthError.self) { try generate(options) }
}

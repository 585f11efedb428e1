/// Writes records: walks a compiled template and fills its slots from the context.
///
/// The loop below runs some fifty times for a record, so it only dispatches; what a slot writes is in the
/// extensions, by subject.
struct RecordRenderer: Sendable {
  let organization: Organization
  let program: TemplateProgram
  let deployments: DeploymentSchedule
  /// Rank tables for the working set of a principal and for whole pools.
  let workingSet = ZipfTable(count: 8)
  let versions: ServiceVersions

  /// Appends the record of `template` in `context`.
  func render(_ template: Template, _ context: RecordContext, into out: inout ByteBuffer) {
    program.steps.withUnsafeBufferPointer { steps in
      program.literals.withUnsafeBufferPointer { literals in
        run(steps, literals, from: template.start, to: template.end, round: 0, context, &out)
      }
    }
  }

  private func run(
    _ steps: UnsafeBufferPointer<TemplateStep>, _ literals: UnsafeBufferPointer<UInt8>, from: Int, to: Int,
    round: Int, _ context: RecordContext, _ out: inout ByteBuffer
  ) {
    var index = from
    while index < to {
      let step = steps[index]
      if step.literalCount > 0 {
        let start = Int(step.literalStart)
        out.append(UnsafeBufferPointer(rebasing: literals[start..<(start + Int(step.literalCount))]))
      }
      index += 1
      switch step.slot {
      case .literal: break
      case .alternatives:
        let choice = scaled(context.word(step.register, round), below: Int(step.count))
        let bounds = Int(step.argument) + choice * 2
        run(
          steps, literals, from: Int(program.options[bounds]), to: Int(program.options[bounds + 1]),
          round: round,
          context, &out)
        index = Int(step.end)
      case .loop:
        // The product of two draws favours short lists, which real ones are.
        let bits = context.word(step.register, 0)
        let rounds = 1 + scaled(bits, below: Int(step.count)) * scaled(bits << 32, below: 100) / 100
        for inner in 1...rounds {
          if inner > 1 { out.append(0x2C) }
          run(steps, literals, from: index, to: Int(step.end), round: inner, context, &out)
        }
        index = Int(step.end)
      default: fill(step, round, context, &out)
      }
    }
  }

  private func fill(
    _ step: TemplateStep, _ round: Int, _ context: RecordContext, _ out: inout ByteBuffer
  ) {
    let slot = step.slot
    switch slot {
    case .acct, .region, .regionShort, .ver, .time, .identity, .caller, .ip, .ua, .shared, .vpce, .tls,
      .console, .recipient, .eventID, .rid, .ridS3, .ridDynamo:
      fillContext(step, context, &out)
    case .javaTime, .javaTimeNew, .isoTime, .epoch, .epochMillis, .epochDecimal, .epochExponent, .datePath,
      .dateDash:
      fillTime(step, round, context, &out)
    case .uuid, .uuidUpper, .hex, .b64, .b32, .s3id, .mixed, .lower, .number, .decimal, .pass:
      fillToken(step, context.word(step.register, round), &out)
    case .pool, .objectKey, .app, .component, .environment, .instanceType, .runtime, .privateIP, .publicIP,
      .cidr:
      fillResource(step, context.word(step.register, round), context, &out)
    case .cluster, .ecsService, .family, .revision, .containerImage:
      fillContainer(step, context.word(step.register, round), context, &out)
    default: fillPrincipal(step, context.word(step.register, round), context, &out)
    }
  }
}

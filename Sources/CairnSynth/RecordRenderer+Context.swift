extension RecordRenderer {
  /// Registers of the identifiers that every record has.
  private enum Register {
    static let eventID: UInt8 = 63
    static let requestID: UInt8 = 62
    static let sharedID: UInt8 = 61
  }

  /// Slots that repeat the record's context.
  func fillContext(_ step: TemplateStep, _ context: RecordContext, _ out: inout ByteBuffer) {
    switch step.slot {
    case .acct, .recipient: out.append(organization.accounts[context.account].id)
    case .region: out.append(organization.regions[context.region])
    case .regionShort: appendShortRegion(organization.regions[context.region], &out)
    case .ver: out.append(versions.version(service: Int(step.argument), time: context.time))
    case .time: out.appendISOTime(context.time)
    case .identity: appendIdentity(context, &out)
    case .caller: out.append(context.actor.arn)
    case .ip: out.append(context.via.isEmpty ? context.actor.sourceAddress : context.via)
    case .ua: out.append(context.via.isEmpty ? context.actor.userAgent : context.via)
    case .eventID: appendEventID(context, &out)
    case .rid: appendUUID(context.seed, Register.requestID, &out)
    case .ridS3:
      out.appendRandom(
        16, alphabet: Alphabet.crockford, bits: 5, seed: context.word(Register.requestID, 0))
    case .ridDynamo:
      out.appendRandom(52, alphabet: Alphabet.base32, bits: 5, seed: context.word(Register.requestID, 0))
    case .shared where context.isShared:
      out.append(#","sharedEventID":""#)
      appendUUID(context.seed, Register.sharedID, &out)
      out.append(0x22)
    case .vpce: appendEndpoint(context, &out)
    case .tls: appendTLS(step, context, &out)
    case .console where context.actor.traits.contains(.console) && context.via.isEmpty:
      out.append(#","sessionCredentialFromConsole":"true""#)
    default: break
    }
  }

  /// Copies of a shared event in other accounts have event IDs of their own.
  func appendEventID(_ context: RecordContext, _ out: inout ByteBuffer) {
    let seed = context.copy == 0 ? context.seed : mix(context.seed, context.copy)
    appendUUID(seed, Register.eventID, &out)
  }

  private func appendUUID(_ seed: UInt64, _ register: UInt8, _ out: inout ByteBuffer) {
    let word = mix(seed, UInt64(register))
    out.appendUUID(word, mix(word))
  }

  /// The userIdentity object, with `invokedBy` when a service forwarded the call.
  private func appendIdentity(_ context: RecordContext, _ out: inout ByteBuffer) {
    out.append(context.actor.identity)
    if !context.via.isEmpty {
      out.append(#","invokedBy":""#)
      out.append(context.via)
      out.append(0x22)
    }
    out.append(0x7D)
  }

  private func appendEndpoint(_ context: RecordContext, _ out: inout ByteBuffer) {
    guard context.actor.traits.contains(.vpcEndpoint), context.via.isEmpty else { return }
    let account = organization.accounts[context.account]
    out.append(#","vpcEndpointId":"vpce-0"#)
    out.appendHex(mix(account.seed, UInt64(context.region) &+ 0xE0D), digits: 16)
    out.append(#"","vpcEndpointAccountId":""#)
    out.append(account.id)
    out.append(0x22)
  }

  /// `tlsDetails`, unless a service or the console made the call: those never show it.
  ///
  /// The argument is the `HostStyle`, the register the index of the service.
  private func appendTLS(_ step: TemplateStep, _ context: RecordContext, _ out: inout ByteBuffer) {
    let traits = context.actor.traits
    guard context.via.isEmpty, traits.isDisjoint(with: [.console, .service]) else { return }
    if traits.contains(.oldTLS) {
      out.append(
        #","tlsDetails":{"tlsVersion":"TLSv1.2","cipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","clientProvidedHostHeader":""#
      )
    } else {
      out.append(
        #","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":""#
      )
    }
    appendHost(HostStyle(rawValue: step.argument) ?? .regional, step, context, &out)
    out.append(#""}"#)
  }

  private func appendHost(
    _ style: HostStyle, _ step: TemplateStep, _ context: RecordContext, _ out: inout ByteBuffer
  ) {
    let service = versions.endpoint(service: Int(step.register))
    switch style {
    case .global:
      out.append(service)
      out.append(".amazonaws.com")
    case .bucket:
      appendPool(.bucket, word: context.word(0, 0), context, &out)
      out.append(".s3.")
      out.append(organization.regions[context.region])
      out.append(".amazonaws.com")
    case .regional:
      out.append(service)
      out.append(0x2E)
      out.append(organization.regions[context.region])
      out.append(".amazonaws.com")
    }
  }

  /// `us-east-1` as the ARNs of some services and availability zones abbreviate it: `use1`.
  private func appendShortRegion(_ region: String, _ out: inout ByteBuffer) {
    let parts = region.split(separator: "-")
    guard parts.count == 3, let direction = parts[1].utf8.first, let digit = parts[2].utf8.first else {
      return
    }
    out.append(String(parts[0]))
    out.append(direction)
    out.append(digit)
  }
}

/// How the host header of a service is made.
enum HostStyle: Int32 {
  case regional, global, bucket
}

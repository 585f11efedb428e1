extension RecordRenderer {
  /// Slots that name principals: of the account, the caller, or the session that a call returns.
  func fillPrincipal(
    _ step: TemplateStep, _ word: UInt64, _ context: RecordContext, _ out: inout ByteBuffer
  ) {
    let account = organization.accounts[context.account]
    let role = account.roles[workingSetIndex(word, context.actor.salt, below: account.roles.count)]
    let userIndex = workingSetIndex(word, context.actor.salt, below: account.users.count)
    let user = account.users[context.pinnedUser >= 0 ? context.pinnedUser : userIndex]
    switch step.slot {
    case .roleName: out.append(role.name)
    case .appRole:
      let roles = account.roles(of: .app)
      out.append(account.roles[roles[workingSetIndex(word, context.actor.salt, below: roles.count)]].name)
    case .roleID: out.append(role.uniqueID)
    case .userName: out.append(user.name)
    case .userID: out.append(user.uniqueID)
    case .userKey: out.append(user.accessKeyID)
    case .keyPrefix: out.append(account.keyPrefix)
    case .callerKey: out.append(context.actor.accessKeyID)
    case .callerName: out.append(context.actor.sessionName)
    case .email:
      out.append(Vocabulary.people[scaled(word, below: 32)])
      out.append("@example.com")
    default: fillTarget(step, word, context, &out)
    }
  }

  private func fillTarget(
    _ step: TemplateStep, _ word: UInt64, _ context: RecordContext, _ out: inout ByteBuffer
  ) {
    let account = organization.accounts[context.targetAccount]
    let role = account.roles[context.targetRole]
    switch step.slot {
    case .targetAcct: out.append(account.id)
    case .targetRole: out.append(role.name)
    case .targetRoleID: out.append(role.uniqueID)
    case .targetRoleArn:
      out.append("arn:aws:iam::")
      out.append(account.id)
      out.append(":role")
      out.append(role.path)
      out.append(role.name)
    case .newKey: if let session = context.session { out.append(session.accessKeyID) }
    case .newSession: if let session = context.session { out.append(session.sessionName) }
    case .token:
      // STS tokens begin alike and then are ciphertext; the padding is escaped as AWS does.
      out.append("IQoJb3JpZ2luX2VjE")
      out.appendRandom(Int(step.argument), alphabet: Alphabet.base64, bits: 6, seed: word)
      out.append("\\u003d\\u003d")
    default: break
    }
  }

  private func workingSetIndex(_ word: UInt64, _ salt: UInt64, below count: Int) -> Int {
    scaled(mix(salt, UInt64(workingSet.rank(word) & 3)), below: count)
  }
}

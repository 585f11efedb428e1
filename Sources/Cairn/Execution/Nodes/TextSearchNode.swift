import CairnStorage

/// A condition that a text has some others in it, which storage can look for without making values.
protocol TextSearchNode: TextConditionNode {
  /// What the text of a path as a whole has in it wherever the condition is true; nil where nothing is known.
  var textNeedles: TextNeedles? { get }
}

extension TextSearchNode {
  /// The same where it has some texts in it, however a path's text is spelled for it.
  func searched(_ needles: TextNeedles?) -> TextNeedles? {
    var operand = operand.behindTextCasts
    var needles = needles
    if let function = operand as? FunctionNode, let argument = function.arguments.first {
      switch function.kernel {
      case .text(.lower)?: needles = needles?.ofLowered
      case .text(.upper)?: needles = needles?.ofRaised
      default: return nil
      }
      operand = argument.behindTextCasts
    }
    guard let path = operand as? PathNode, path.reader.isPlain else { return nil }
    return needles
  }
}

extension TextNeedles {
  /// What a text has in it where its lower case has these; nil where nothing is known. Letters that may come of others
  /// than those of ASCII are left out (S51): the Kelvin sign and the dotted I.
  var ofLowered: TextNeedles? { folded(without: "iIkK") }

  /// The same of upper case: the dotless i and the long s.
  var ofRaised: TextNeedles? { folded(without: "iIsS") }

  private func folded(without letters: String) -> TextNeedles? {
    let letters = Set(letters.utf8)
    var kept: [[UInt8]] = []
    for text in texts {
      let parts = text.split { $0 >= 0x80 || letters.contains($0) }.map(Array.init)
      if !isAny {
        kept += parts
      } else if let longest = parts.max(by: { $0.count < $1.count }) {
        kept.append(longest)
      } else {
        return nil
      }
    }
    return kept.isEmpty ? nil : TextNeedles(kept, isAny: isAny, foldsCase: true)
  }
}

/// Whether a call was refused for lack of permission: what services write into errorCode and errorMessage differs, so
/// that no single pattern finds all of it (S89).
enum DenialFunction {
  /// The last part of an error code, in small letters.
  private static let codes: Set<[UInt8]> = Set(
    [
      "accessdenied", "accessdeniedexception", "accessdeniedfault", "authorizationerror",
      "authorizationerrorexception", "forbidden", "forbiddenexception", "kmsaccessdeniedexception",
      "notauthorized", "notauthorizedexception", "operationnotpermitted", "operationnotpermittedexception",
      "unauthorized", "unauthorizedaccess", "unauthorizedexception", "unauthorizedoperation",
      "unauthorizedoperationexception", "userunauthorizedexception",
    ].map { Array($0.utf8) })

  /// What messages of refused calls say, in small letters, whatever the code is.
  private static let phrases = ["not authorized to perform", "explicit deny"].map { Array($0.utf8) }

  /// `is_denied(errorCode [, errorMessage])`.
  @Sendable static func value(_ arguments: [EngineValue]) -> EngineValue {
    .boolean(isDenied(code: arguments[0].text, message: arguments.count > 1 ? arguments[1].text : nil))
  }

  private static func isDenied(code: [UInt8]?, message: [UInt8]?) -> Bool {
    if let code, let last = code.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: true).last,
      codes.contains(Characters.lower(Array(last)))
    {
      return true
    }
    guard let message else { return false }
    let lower = Characters.lower(message)
    return phrases.contains { !TextFunctions.characterPlaces(of: $0, in: lower, limit: 1).isEmpty }
  }
}
